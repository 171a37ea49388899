using System.CommandLine;
using System.CommandLine.Parsing;

namespace Gdws.Cli;

/// <summary>Options that mean the same in every verb that has them.</summary>
internal static class SharedOptions
{
    public static Option<bool> Verbose { get; } = new("--verbose")
    {
        Description = "Show where in the program an error arose",
        Recursive = true,
    };

    public static Option<string?> Json { get; } = new("--json")
    {
        Description = "Write the results as JSON; - is standard output, and then nothing else is printed there",
        HelpName = "FILE",
    };

    public static Option<int> Seed() => Whole("--seed", "N", 0, 0, "Decides everything random");

    public static Option<int> Threads() => Whole("--threads", "N", 1, 1, "Threads a run");

    public static Option<string> Data() => new("--data")
    {
        Description = "Images: cifar10:DIR, cifar100:DIR, svhn:FILE.mat, fashion-mnist:DIR, mnist:DIR, imagenet:DIR or samples",
        HelpName = "KIND:PATH",
        Required = true,
    };

    public static Option<string> OutputNetwork() => new("-o", "--output")
    {
        Description = "The network to write (.onnx)",
        HelpName = "NET.onnx",
        Required = true,
    };

    /// <summary>A whole number of at least 1, or null where it isn't given.</summary>
    public static Option<int?> OptionalWhole(string name, string helpName, string description)
    {
        Option<int?> option = new(name) { Description = description, HelpName = helpName };
        option.CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (int.TryParse(text, out int value) && value >= 1)
                return value;
            result.AddError($"{name} {text}: expected a whole number, at least 1");
            return null;
        };
        return option;
    }

    /// <summary>A whole number of at least <paramref name="least"/>.</summary>
    public static Option<int> Whole(string name, string helpName, int fallback, int least, string description)
    {
        Option<int> option = new(name) { Description = description, HelpName = helpName, DefaultValueFactory = _ => fallback };
        option.CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (int.TryParse(text, out int value) && value >= least)
                return value;
            result.AddError($"{name} {text}: expected a whole number, at least {least}");
            return fallback;
        };
        return option;
    }

    /// <summary>A number or fraction such as 8/255, above 0.</summary>
    public static Option<Fraction> Number(string name, string helpName, string fallback, string description)
    {
        return new Option<Fraction>(name)
        {
            Description = description,
            HelpName = helpName,
            DefaultValueFactory = _ => Fraction.Parse(fallback),
            CustomParser = result => Number(result, name) ?? default,
        };
    }

    /// <summary>A number or fraction such as 8/255, above 0, or null where it isn't given.</summary>
    public static Option<Fraction?> OptionalNumber(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName, CustomParser = result => Number(result, name) };

    /// <summary>One of several words.</summary>
    public static Option<string> Choice(string name, string fallback, string description, params string[] words)
    {
        Option<string> option = new(name)
        {
            Description = description,
            HelpName = string.Join('|', words),
            DefaultValueFactory = _ => fallback,
            CustomParser = result => Word(result, name, words) ?? fallback,
        };
        option.CompletionSources.Add(words);
        return option;
    }

    /// <summary>One of several words, or null where none is given.</summary>
    public static Option<string?> OptionalChoice(string name, string description, params string[] words)
    {
        Option<string?> option = new(name)
        {
            Description = description,
            HelpName = string.Join('|', words),
            CustomParser = result => Word(result, name, words),
        };
        option.CompletionSources.Add(words);
        return option;
    }

    private static Fraction? Number(ArgumentResult result, string name)
    {
        string text = result.Tokens[0].Value;
        if (Fraction.TryParse(text, out Fraction value) && value.Value > 0)
            return value;
        result.AddError($"{name} {text}: expected a number above 0 or a fraction such as 8/255");
        return null;
    }

    private static string? Word(ArgumentResult result, string name, string[] words)
    {
        string text = result.Tokens[0].Value;
        if (words.Contains(text))
            return text;
        result.AddError($"{name} {text}: expected {string.Join(", ", words[..^1])}{(words.Length > 1 ? " or " : "")}{words[^1]}");
        return null;
    }
}
