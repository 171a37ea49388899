using System.CommandLine;
using System.CommandLine.Parsing;

namespace Gdws.Cli.Evaluation;

/// <summary>One or several radii, written as <c>2/255,4/255,8/255</c>.</summary>
internal static class RadiusList
{
    private const string Name = "--eps";

    public static Option<IReadOnlyList<Fraction>?> Option() => new(Name)
    {
        Description = "Radius ε in pixel units, or several (else 8/255 for linf, 0.5 for l2, 12 for l1)",
        HelpName = "E,…",
        CustomParser = Parse,
    };

    private static List<Fraction>? Parse(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        List<Fraction> radii = [];
        foreach (string part in text.Split(','))
        {
            if (!Fraction.TryParse(part, out Fraction radius) || radius.Value <= 0)
            {
                result.AddError($"{Name} {text}: expected a number above 0 or a fraction such as 8/255{(part == text ? "" : $", found '{part}'")}");
                return null;
            }

            radii.Add(radius);
        }

        if (radii.DistinctBy(radius => radius.Value).Count() == radii.Count)
            return radii;
        result.AddError($"{Name} {text}: the same radius twice");
        return null;
    }
}
