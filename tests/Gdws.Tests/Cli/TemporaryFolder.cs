using Gdws.Onnx;

namespace Gdws.Tests.Cli;

/// <summary>A folder for a test's files, deleted after it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("gdws-").FullName;

    public IEnumerable<string> Files => Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Root, f)).Order();

    public string this[string name] => Path.Combine(Root, name);

    public string Save(OnnxModel model, string name = "net.onnx")
    {
        model.Save(this[name]);
        return this[name];
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
