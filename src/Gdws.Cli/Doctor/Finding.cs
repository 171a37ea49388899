namespace Gdws.Cli.Doctor;

/// <summary>Whether something works on this machine.</summary>
/// <param name="Area">What it belongs to, e.g. <c>engines</c>.</param>
/// <param name="Name">What was looked at.</param>
/// <param name="Works">Null where it is only told of, not tried.</param>
/// <param name="Detail">What was found; where it doesn't work, why not and what helps.</param>
internal sealed record Finding(string Area, string Name, bool? Works, string Detail)
{
    /// <summary>Tries something.</summary>
    /// <param name="area">What it belongs to.</param>
    /// <param name="name">What is tried.</param>
    /// <param name="attempt">Gives the detail; what it throws is why it doesn't work.</param>
    public static Finding Of(string area, string name, Func<string> attempt)
    {
        try
        {
            return new Finding(area, name, true, attempt());
        }
        catch (GdwsException exception)
        {
            return new Finding(area, name, false, exception.Message);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // A native library that doesn't suit the machine can fail in any way; that is what is to be found out.
            return new Finding(area, name, false, $"{exception.GetType().Name}: {exception.Message.ReplaceLineEndings(" ")}");
        }
    }
}
