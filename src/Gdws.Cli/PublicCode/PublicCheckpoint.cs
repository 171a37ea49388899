using Gdws.Architectures;
using Gdws.Checkpoints;
using Gdws.Onnx;

namespace Gdws.Cli.PublicCode;

/// <summary>
/// The checkpoint in a folder as the GDWS paper's code finds it: a word in the folder's name tells whose network it is, and that tells the file's name.
/// Where that file isn't there, the other names are tried.
/// </summary>
/// <param name="Path">The file.</param>
/// <param name="Origin">Whose network it is, or null for that code's own.</param>
internal sealed record PublicCheckpoint(string Path, string? Origin)
{
    private static readonly (string Word, string Origin, string[] Files)[] _known =
    [
        ("hydra", "HYDRA", ["model_best_dense.pth", "model_best_dense.pth.tar", "model_best.pth.tar"]),
        ("admm", "robust ADMM", ["pretrained.pt", "retrained_bn.pt"]),
        ("msd", "MSD", ["MSD_V0.pt"]),
        ("nas", "RobNet", ["RobNet_free_cifar10.pth.tar", "RobNet_free_SVHN.pth.tar"]),
    ];

    private const string Own = "model_best.pth";

    /// <summary>Looks a folder through.</summary>
    /// <exception cref="GdwsException">There is no such folder, or none of the files is in it.</exception>
    public static PublicCheckpoint Find(string folder)
    {
        if (!Directory.Exists(folder))
            throw new GdwsException($"{folder}: no such folder; --fname names the one that holds the checkpoint and gets the log");

        var named = _known.Where(known => folder.Contains(known.Word, StringComparison.OrdinalIgnoreCase));
        (string? Origin, string File)[] names =
        [
            .. named.SelectMany(known => known.Files.Select(file => ((string?)known.Origin, file))),
            (null, Own),
            .. _known.SelectMany(known => known.Files.Select(file => ((string?)known.Origin, file))),
        ];
        foreach ((string? origin, string file) in names)
        {
            string path = System.IO.Path.Combine(folder, file);
            if (File.Exists(path))
                return new PublicCheckpoint(path, origin);
        }

        throw new GdwsException($"{folder}: holds none of {string.Join(", ", names.Select(name => name.File).Distinct())}");
    }

    /// <summary>Makes the network of it.</summary>
    /// <param name="model">The architecture that the user says it is.</param>
    /// <param name="options">Classes, normalisation and what else the file doesn't tell.</param>
    /// <exception cref="GdwsException">It isn't of that architecture; the message says which one it looks like.</exception>
    public OnnxModel Build(string model, ArchitectureOptions options)
    {
        StateDict state = Checkpoint.Load(Path).State;
        string? detected = Architecture.Detect(state);
        try
        {
            return Architecture.Build(model, state, options);
        }
        catch (GdwsException exception) when (detected is not null && !model.Equals(detected, StringComparison.OrdinalIgnoreCase))
        {
            throw new GdwsException($"{Path}: looks like {detected}, not like {model} (--model {detected}): {Shortened(exception.Message)}", exception);
        }
    }

    private string Shortened(string message)
    {
        string text = message.StartsWith($"{Path}: ", StringComparison.Ordinal) ? message[(Path.Length + 2)..] : message;
        return text.Length > 200 ? $"{text[..200]}…" : text;
    }
}
