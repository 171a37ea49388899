using System.Diagnostics;

namespace Gdws.Tests.Cli;

public sealed class CompletionVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("gdws evalu", "evaluate")]
    [InlineData("gdws evaluate net.onnx --att", "--attack")]
    [InlineData("gdws evaluate net.onnx --attack pg", "pgd")]
    [InlineData("gdws evaluate net.onnx --data fashion", "fashion-mnist:")]
    [InlineData("gdws benchmark net.onnx --engine onn", "onnxruntime")]
    [InlineData("gdws convert a.pth --arch preactresnet1", "preactresnet18")]
    [InlineData("gdws convert a.pth --normalize image", "imagenet")]
    public void TheProgram_KnowsHowALineGoesOn(string line, string expected)
    {
        CliRun run = CliRun.Of($"[suggest:{line.Length}]", line);

        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Contains(expected, run.OutputLines);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("pwsh")]
    public void AScript_SaysHowToUseItAndAsksTheProgram(string shell)
    {
        CliRun run = CliRun.Of("completion", shell);

        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Contains($"gdws completion {shell}", run.OutputLines[shell == "zsh" ? 1 : 0], StringComparison.Ordinal);
        Assert.Contains("[suggest:", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', run.Output);
    }

    [Fact]
    public void Bash_CompletesVerbsOptionsAndValues()
    {
        string answers = Shell("bash", "completion.bash", """
            ask() {
              COMP_LINE="$1" COMP_POINT=${#1}
              read -ra COMP_WORDS <<< "$1"
              COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
              _gdws
              echo "${COMPREPLY[*]}"
            }
            ask "gdws evalu"
            ask "gdws evaluate net.onnx --attack pg"
            ask "gdws evaluate net.onnx --data cifar10:some"
            """);

        Assert.Equal(["evaluate", "pgd", ""], answers.Split('\n')[..3]);
    }

    [Fact]
    public void Fish_CompletesVerbsAndOptions()
    {
        string answers = Shell("fish", "completion.fish", """
            complete -C 'gdws evalu'
            complete -C 'gdws evaluate net.onnx --att'
            """);

        Assert.Equal(["evaluate", "--attack"], answers.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Zsh_UnderstandsItsScript() => Shell("zsh", "completion.zsh", "", "-n");

    /// <summary>Runs a shell with our script before another; the program stands in its search path.</summary>
    private string Shell(string shell, string file, string script, params string[] options)
    {
        if (OperatingSystem.IsWindows() || !(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, shell))))
            Assert.Skip($"there is no {shell} here");

        string program = _folder.Write("gdws", System.Text.Encoding.UTF8.GetBytes(
            $"#!/bin/sh\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, "Gdws.Cli.dll")}' \"$@\"\n"));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string commands = _folder.Write(file, System.Text.Encoding.UTF8.GetBytes(
            (shell == "zsh" ? "compdef() { }\n" : "") + CliRun.Of("completion", shell).Output + script));
        ProcessStartInfo start = new(shell, [.. options, commands]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = $"{_folder.Root}:{start.Environment["PATH"]}";
        start.Environment["HOME"] = _folder.Root;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
        return output;
    }
}
