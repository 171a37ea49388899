using Gdws.Onnx;

namespace Gdws.Tests;

/// <summary>A folder for a test's files, deleted after it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("gdws-").FullName;

    public IEnumerable<string> Files => Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Root, f)).Order();

    public string this[string name] => Path.Combine(Root, name);

    /// <summary>Writes a file and returns its full path.</summary>
    public string Write(string name, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[name])!);
        File.WriteAllBytes(this[name], content);
        return this[name];
    }

    public string Save(OnnxModel model, string name = "net.onnx")
    {
        model.Save(this[name]);
        return this[name];
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
