using System.CommandLine.Parsing;

namespace Gdws.Cli;

/// <summary>Numbers with commas between them.</summary>
internal static class NumberList
{
    /// <summary>Reads an option's numbers, in the order given; what is wrong becomes an error of the command line.</summary>
    /// <param name="result">The option's text.</param>
    /// <param name="name">The option's name.</param>
    /// <param name="isRight">Whether a number may be there.</param>
    /// <param name="expected">What may be there, for the message.</param>
    public static IReadOnlyList<double> Parse(ArgumentResult result, string name, Func<double, bool> isRight, string expected)
    {
        string text = result.Tokens[0].Value;
        List<double> numbers = [];
        foreach (string part in text.Split(','))
        {
            if (!Fraction.TryParse(part, out Fraction number) || !isRight(number.Value))
                result.AddError($"{name} {text}: expected {expected}, found '{part}'");
            else if (numbers.Contains(number.Value))
                result.AddError($"{name} {text}: {part} is there twice");
            else
                numbers.Add(number.Value);
        }

        return numbers;
    }
}
