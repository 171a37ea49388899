using System.Reflection;
using System.Text;
using PublicApiGenerator;

namespace Gdws.Tests.Packages;

/// <summary>
/// What the packages promise: their public API is the approved one. Whoever means to change it runs this test once with <c>GDWS_APPROVE=1</c> in the
/// environment, which writes the files anew, and commits them with the change.
/// </summary>
public sealed class PublicApiTests
{
    private const string Approve = "GDWS_APPROVE";

    private static readonly ApiGeneratorOptions _options = new()
    {
        // The schema is generated from onnx.proto, which is not ours to change.
        DenyNamespacePrefixes = ["Gdws.Onnx.Schema"],
        ExcludeAttributes =
        [
            "System.Reflection.AssemblyMetadataAttribute", "System.Runtime.Versioning.TargetFrameworkAttribute", "System.Runtime.CompilerServices.InternalsVisibleToAttribute",
            "System.CodeDom.Compiler.GeneratedCodeAttribute",
        ],
    };

    [Theory]
    [InlineData("Gdws")]
    [InlineData("Gdws.Torch")]
    [InlineData("Gdws.OnnxRuntime")]
    public void ThePublicApi_IsTheApprovedOne(string assembly)
    {
        string file = Path.Combine(SharedFiles.Root, "tests/Gdws.Tests/Packages", $"{assembly}.api.txt");
        string actual = Assembly.Load(assembly).GeneratePublicApi(_options).ReplaceLineEndings("\n").TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable(Approve) is { Length: > 0 })
            File.WriteAllText(file, actual);

        string approved = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "";
        Assert.True(actual == approved, $"the public API of {assembly} isn't the approved one ({Approve}=1 approves it):\n{Difference(approved, actual)}");
    }

    [Fact]
    public void ADifference_NamesWhatWentAndWhatCame() =>
        Assert.Equal("- b\n+ x\n- d\n", Difference("a\nb\nc\nd\n", "a\nx\nc\n"));

    /// <summary>The lines that went (−) and came (+), by their longest common subsequence.</summary>
    private static string Difference(string before, string after)
    {
        string[] a = before.Split('\n'), b = after.Split('\n');
        int[,] common = new int[a.Length + 1, b.Length + 1];
        for (int i = a.Length - 1; i >= 0; i--)
        {
            for (int j = b.Length - 1; j >= 0; j--)
                common[i, j] = a[i] == b[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        }

        StringBuilder text = new();
        for (int i = 0, j = 0; i < a.Length || j < b.Length;)
        {
            if (i < a.Length && j < b.Length && a[i] == b[j])
                (i, j) = (i + 1, j + 1);
            else if (j >= b.Length || (i < a.Length && common[i + 1, j] >= common[i, j + 1]))
                text.Append($"- {a[i++]}\n");
            else
                text.Append($"+ {b[j++]}\n");
        }

        return text.ToString();
    }
}
