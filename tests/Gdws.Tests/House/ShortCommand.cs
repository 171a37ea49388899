namespace Gdws.Tests.House;

/// <summary>What documents tell people to type, made short: few images, few steps, narrow networks, milliseconds of measuring.</summary>
internal sealed class ShortCommand
{
    /// <summary>What a scheduler says, or says for the program, in one of its tasks.</summary>
    private static readonly (string Text, string Value)[] _schedulers =
        [("auto/8", "1/8"), ("$SLURM_ARRAY_TASK_ID", "1"), ("$JOB_COMPLETION_INDEX", "0")];

    private readonly List<string> _words;

    private ShortCommand(IEnumerable<string> words) => _words = [.. words];

    /// <summary>The command, made short.</summary>
    /// <param name="words">The verb and what follows it.</param>
    public static string[] Of(IEnumerable<string> words)
    {
        ShortCommand command = new(words);
        command.Shorten();
        return [.. command._words];
    }

    private void Shorten()
    {
        Without("--device");
        Replace("--threads", "1");
        switch (_words[0])
        {
            case "evaluate":
                ShortenEvaluation();
                break;
            case "eval-robustness":
                Set("--limit", "3");
                Replace("--attack-iters", "2");
                break;
            case "sensitivity":
                Set("--samples", "2");
                Set("--iterations", "1");
                break;
            case "approximate":
                ShortenApproximation();
                break;
            case "benchmark":
                Set("--seconds", "0.01");
                break;
            case "train":
                ShortenTraining();
                break;
            case "prune":
                ShortenTraining();
                if (Value("--method") is not "magnitude")
                    Set("--search-epochs", "1");
                break;
            case "sweep" or "compare":
                ShortenSweep();
                break;
        }
    }

    private void ShortenEvaluation()
    {
        // A slice needs an image.
        Set("--limit", _words.Contains("--shard") ? "8" : "4");
        for (int i = 0; i < _words.Count; i++)
        {
            foreach ((string scheduled, string value) in _schedulers)
                _words[i] = _words[i].Replace(scheduled, value, StringComparison.Ordinal);
        }

        if (Value("--attack") is { } attack && !attack.StartsWith("auto", StringComparison.Ordinal) && attack is not ("none" or "union" or "fgsm"))
            Set("--iterations", "2");
    }

    private void ShortenApproximation()
    {
        if (Value("--calibrate") is not null)
            Set("--samples", "8");
        Replace("--limit", "4");
        Without("--effort");
        if ((Value("--speedup") ?? Value("--latency")) is not null && Value("--latency-model") is null)
            Set("--seconds", "0.01");

        // The smallest network there is will do, and the search is over with it.
        Replace("--max-drop", "100");

        // Times measured so shortly promise nothing.
        Replace("--speedup", "1");
        Replace("--latency", "1000");
    }

    private void ShortenTraining()
    {
        Set("--limit", "4");
        Set("--epochs", "1");
        Set("--batch", "2");
        Replace("--validation", "2");
        if (Value("--arch") == "preactresnet18")
            Set("--width", "4");
        if (Value("--method") is not ("natural" or "fast"))
            Set("--iterations", "1");
    }

    private void ShortenSweep()
    {
        Set("--budgets", "1.5");
        Set("--limit", "4");
        if (Value("--attack") is not null)
        {
            Set("--attack-limit", "2");
            Set("--iterations", "1");
        }

        if (Value("--calibrate") is not null)
            Set("--samples", "4");
        Set("--seconds", "0.01");
        if (_words[0] != "compare")
            return;
        Set("--ratios", "0.5");
        Set("--train-limit", "4");
        Set("--epochs", "1");
        Replace("--search-epochs", "1");
    }

    private string? Value(string option)
    {
        int at = _words.IndexOf(option);
        return at < 0 ? null : _words[at + 1];
    }

    private void Replace(string option, string value)
    {
        if (Value(option) is not null)
            Set(option, value);
    }

    private void Set(string option, string value)
    {
        Without(option);
        _words.AddRange([option, value]);
    }

    private void Without(string option)
    {
        int at = _words.IndexOf(option);
        if (at >= 0)
            _words.RemoveRange(at, 2);
    }
}
