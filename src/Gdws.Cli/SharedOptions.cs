using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Gdws.Data;

namespace Gdws.Cli;

/// <summary>Options that mean the same in every verb that has them.</summary>
internal static class SharedOptions
{
    /// <summary>How a <c>KIND:PATH</c> can begin, for shells to complete.</summary>
    public static string[] DataKinds { get; } = ["cifar10:", "cifar100:", "svhn:", "fashion-mnist:", "mnist:", "imagenet:", "samples"];

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

    /// <summary>Runtimes make all the threads that they are asked for, and fail or hang where they are too many.</summary>
    public static Option<int> Threads() => Whole("--threads", "N", 1, 1, "Threads a run", most: 1024);

    public static Option<string> Data() => Checked(
        new Option<string>("--data")
        {
            Description = "Images: cifar10:DIR, cifar100:DIR, svhn:FILE.mat, fashion-mnist:DIR, mnist:DIR, imagenet:DIR or samples",
            HelpName = "KIND:PATH",
            Required = true,
        },
        text => DatasetSpecification.Parse(text)).Suggesting(DataKinds);

    public static Option<string> Device() => Checked(
        new Option<string>("--device")
        {
            Description = "Where torch runs: cpu, cuda or cuda:N",
            HelpName = "cpu|cuda",
            DefaultValueFactory = _ => "cpu",
        },
        text =>
        {
            bool isNumbered = text.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(text.AsSpan(5), NumberStyles.None, null, out _);
            if (text is not ("cpu" or "cuda") && !isNumbered)
                throw new GdwsException($"--device {text}: expected cpu, cuda or cuda:N");
        }).Suggesting("cpu", "cuda");

    /// <summary>Words for shells to complete an option's value with.</summary>
    public static Option<T> Suggesting<T>(this Option<T> option, params string[] words)
    {
        option.CompletionSources.Add(words);
        return option;
    }

    /// <summary>Makes what can be told to be wrong from an option's text alone a wrong usage.</summary>
    /// <param name="option">The option.</param>
    /// <param name="check">Throws a <see cref="GdwsException"/> where the text is wrong.</param>
    public static Option<string> Checked(Option<string> option, Action<string> check)
    {
        option.Validators.Add(result =>
        {
            try
            {
                if (result.Tokens.Count > 0)
                    check(result.Tokens[0].Value);
            }
            catch (GdwsException exception)
            {
                result.AddError(exception.Message);
            }
        });
        return option;
    }

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
        option.CustomParser = result => Whole(result, name, 1, int.MaxValue);
        return option;
    }

    /// <summary>A whole number of at least <paramref name="least"/>.</summary>
    public static Option<int> Whole(string name, string helpName, int fallback, int least, string description, int most = int.MaxValue)
    {
        Option<int> option = new(name) { Description = description, HelpName = helpName, DefaultValueFactory = _ => fallback };
        option.CustomParser = result => Whole(result, name, least, most) ?? fallback;
        return option;
    }

    /// <summary>A number or fraction such as 8/255, above 0.</summary>
    public static Option<Fraction> Number(string name, string helpName, string fallback, string description, double most = double.MaxValue)
    {
        return new Option<Fraction>(name)
        {
            Description = description,
            HelpName = helpName,
            DefaultValueFactory = _ => Fraction.Parse(fallback),
            CustomParser = result => Number(result, name, most) ?? default,
        };
    }

    /// <summary>A number or fraction such as 8/255, above 0, or null where it isn't given.</summary>
    public static Option<Fraction?> OptionalNumber(string name, string helpName, string description, double most = double.MaxValue) =>
        new(name) { Description = description, HelpName = helpName, CustomParser = result => Number(result, name, most) };

    /// <summary>A number of at least 0 and below 1.</summary>
    public static Option<Fraction> Share(string name, string helpName, string fallback, string description) => new(name)
    {
        Description = description,
        HelpName = helpName,
        DefaultValueFactory = _ => Fraction.Parse(fallback),
        CustomParser = result => Share(result, name) ?? default,
    };

    /// <summary>A number of at least 0 and below 1, or null where it isn't given.</summary>
    public static Option<Fraction?> OptionalShare(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName, CustomParser = result => Share(result, name) };

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

    private static int? Whole(ArgumentResult result, string name, int least, int most)
    {
        string text = result.Tokens[0].Value;
        if (int.TryParse(text, out int value) && value >= least && value <= most)
            return value;
        bool isTooLarge = double.TryParse(text, NumberStyles.None, null, out double number) && number > most;
        result.AddError($"{name} {text}: expected a whole number, at {(isTooLarge ? "most" : "least")} {(isTooLarge ? most : least):N0}");
        return null;
    }

    private static Fraction? Number(ArgumentResult result, string name, double most = double.MaxValue)
    {
        string text = result.Tokens[0].Value;
        bool isNumber = Fraction.TryParse(text, out Fraction value) && value.Value > 0;
        if (isNumber && value.Value <= most)
            return value;
        result.AddError($"{name} {text}: expected {(isNumber ? $"a number of at most {most:N0}" : "a number above 0 or a fraction such as 8/255")}");
        return null;
    }

    private static Fraction? Share(ArgumentResult result, string name)
    {
        string text = result.Tokens[0].Value;
        if (Fraction.TryParse(text, out Fraction value) && value.Value < 1)
            return value;
        result.AddError($"{name} {text}: expected a number of at least 0 and below 1");
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
