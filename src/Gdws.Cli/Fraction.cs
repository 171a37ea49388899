using System.Globalization;

namespace Gdws.Cli;

/// <summary>A number that the user may write as a fraction, e.g. <c>8/255</c> or <c>0.1</c>; it is shown as it was written.</summary>
/// <param name="Value">The number, finite and at least 0.</param>
/// <param name="Text">How it was written.</param>
internal readonly record struct Fraction(double Value, string Text)
{
    public static bool TryParse(string text, out Fraction fraction)
    {
        string[] parts = text.Split('/');
        double value = double.NaN;
        if (parts.Length is 1 or 2 && TryNumber(parts[0], out double numerator))
        {
            double denominator = 1;
            if (parts.Length == 1 || (TryNumber(parts[1], out denominator) && denominator > 0))
                value = numerator / denominator;
        }

        fraction = new Fraction(value, text.Trim());
        return double.IsFinite(value) && value >= 0;
    }

    public static Fraction Parse(string text) =>
        TryParse(text, out Fraction fraction) ? fraction : throw new FormatException($"'{text}' is no number or fraction such as 8/255");

    public override string ToString() => Text;

    private static bool TryNumber(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
}
