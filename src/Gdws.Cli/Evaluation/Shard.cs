using System.CommandLine;
using System.Globalization;

namespace Gdws.Cli.Evaluation;

/// <summary>Which of several equal slices of the images an evaluation looks at, so that many machines can share the work.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Of">How many slices there are.</param>
internal readonly record struct Shard(int Number, int Of)
{
    public const string Name = "--shard";
    private const string Slurm = "SLURM_ARRAY_TASK_ID";
    private const string Kubernetes = "JOB_COMPLETION_INDEX";
    private const string Automatic = "auto";

    public static Option<string?> Option()
    {
        Option<string?> option = new(Name)
        {
            Description = $"Only slice K of N of the images; auto/N takes K from {Slurm} (1 to N) or {Kubernetes} (0 to N − 1)",
            HelpName = "K/N|auto/N",
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !TryParse(result.Tokens[0].Value, out _, out _))
                result.AddError($"{Name} {result.Tokens[0].Value}: expected K/N with K from 1 to N, such as 2/8, or auto/N");
        });
        return option;
    }

    /// <summary>The slice as the option says it.</summary>
    /// <param name="text">E.g. <c>2/8</c> or <c>auto/8</c>.</param>
    /// <param name="variable">Reads an environment variable.</param>
    /// <exception cref="GdwsException">The environment doesn't say which slice it is.</exception>
    public static Shard Parse(string text, Func<string, string?> variable)
    {
        if (!TryParse(text, out int? number, out int of))
            throw new GdwsException($"{Name} {text}: expected K/N with K from 1 to N, or auto/N");
        return new Shard(number ?? FromEnvironment(text, of, variable), of);
    }

    /// <summary>The images of the slice; the slices' sizes differ by at most one.</summary>
    /// <exception cref="GdwsException">There are fewer images than slices.</exception>
    public (int First, int Count) Range(int images)
    {
        if (images < Of)
            throw new GdwsException($"{Name} {this}: there are only {images:N0} images for {Of:N0} slices");
        int first = (int)((long)images * (Number - 1) / Of);
        return (first, (int)((long)images * Number / Of) - first);
    }

    public override string ToString() => $"{Number}/{Of}";

    private static bool TryParse(string text, out int? number, out int of)
    {
        string[] sides = text.Split('/');
        (number, of) = (null, 0);
        if (sides.Length != 2 || !TryWhole(sides[1], out of) || of < 1)
            return false;
        if (sides[0] == Automatic)
            return true;
        bool isNumber = TryWhole(sides[0], out int k) && k >= 1 && k <= of;
        number = k;
        return isNumber;
    }

    private static bool TryWhole(string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static int FromEnvironment(string text, int of, Func<string, string?> variable)
    {
        (string? task, string? index) = (variable(Slurm), variable(Kubernetes));
        if (string.IsNullOrEmpty(task) == string.IsNullOrEmpty(index))
        {
            throw new GdwsException(
                $"{Name} {text}: {(string.IsNullOrEmpty(task) ? "neither" : "both")} {Slurm} {(string.IsNullOrEmpty(task) ? "nor" : "and")} {Kubernetes} {(string.IsNullOrEmpty(task) ? "is" : "are")} set; write the slice itself, such as 2/{of}");
        }

        if (!string.IsNullOrEmpty(task))
        {
            return TryWhole(task, out int number) && number >= 1 && number <= of ? number
                : throw new GdwsException($"{Name} {text}: {Slurm} is {task}, expected 1 to {of}; submit with --array=1-{of}");
        }

        return TryWhole(index!, out int completion) && completion < of ? completion + 1
            : throw new GdwsException($"{Name} {text}: {Kubernetes} is {index}, expected 0 to {of - 1}; the job needs completions: {of}");
    }
}
