namespace Gdws.Cli.Output;

/// <summary>Writes numbers as people read them: with units, and with no more digits than the measurement carries.</summary>
internal static class Quantity
{
    /// <summary>E.g. <c>81.2 % (406 of 500)</c>; a percent has as many digits as one image more or less would change.</summary>
    public static string Accuracy(int correct, int images) =>
        images == 0 ? "no images" : $"{Percent(correct, images)} ({correct:N0} of {images:N0})";

    /// <summary>E.g. <c>81.2 %</c>.</summary>
    public static string Percent(int count, int images)
    {
        int digits = Math.Clamp((int)Math.Ceiling(Math.Log10(Math.Max(images, 1))) - 2, 0, 2);
        return $"{(100.0 * count / images).ToString($"F{digits}")} %";
    }

    /// <summary>E.g. <c>12.3 %</c> of a whole.</summary>
    public static string Share(double part, double whole) => whole == 0 ? "-" : $"{100 * part / whole:F1} %";

    /// <summary>A count with four significant digits, e.g. <c>555.4 M</c>, <c>1.814 G</c>, <c>640</c>.</summary>
    public static string Large(long count) => count switch
    {
        < 10_000 => count.ToString("N0"),
        < 1_000_000 => $"{Digits(count / 1e3)} k",
        < 1_000_000_000 => $"{Digits(count / 1e6)} M",
        < 1_000_000_000_000 => $"{Digits(count / 1e9)} G",
        _ => $"{Digits(count / 1e12)} T",
    };

    /// <summary>A rate with three significant digits, e.g. <c>8.31</c>, <c>78.2</c>, <c>1,240</c>.</summary>
    public static string Rate(double perSecond) => perSecond switch
    {
        < 10 => perSecond.ToString("F2"),
        < 100 => perSecond.ToString("F1"),
        < 1000 => perSecond.ToString("F0"),
        _ => (Math.Round(perSecond / 10) * 10).ToString("N0"),
    };

    /// <summary>A quantity with three significant digits, e.g. <c>4.42</c>, <c>0.0130</c>, <c>1.2E-05</c>.</summary>
    public static string Small(double value) => value switch
    {
        0 => "0",
        < 0.001 => value.ToString("0.0E-00"),
        < 0.1 => value.ToString("F4"),
        < 1 => value.ToString("F3"),
        < 10 => value.ToString("F2"),
        _ => value.ToString("F1"),
    };

    /// <summary>E.g. <c>2.17×</c>.</summary>
    public static string Ratio(double ratio) => $"{ratio:F2}×";

    /// <summary>Milliseconds with four significant digits or three decimals, e.g. <c>0.413</c>, <c>12.34</c>.</summary>
    public static string Milliseconds(double milliseconds) => milliseconds.ToString(milliseconds < 10 ? "F3" : milliseconds < 100 ? "F2" : "F1");

    /// <summary>E.g. <c>4.2 s</c>, <c>1:05</c>, <c>2:10:00</c>.</summary>
    public static string Time(double seconds)
    {
        if (seconds < 10)
            return $"{seconds:F1} s";
        TimeSpan time = TimeSpan.FromSeconds(Math.Min(Math.Round(seconds), 359_999));
        return time.TotalSeconds < 60 ? $"{time.Seconds} s" : time.TotalHours < 1 ? $"{time.Minutes}:{time.Seconds:00}"
            : $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}";
    }

    private static string Digits(double value) => value.ToString(value < 10 ? "F3" : value < 100 ? "F2" : "F1");
}
