using Microsoft.Playwright;

namespace Gdws.Tests.Cli.Reports;

/// <summary>A page in a browser, with what it said and asked for.</summary>
public sealed class OpenPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;

    public OpenPage(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.Console += (_, message) => Complaints.Add($"{message.Type}: {message.Text}");
        page.PageError += (_, error) => Complaints.Add(error);
        page.Request += (_, request) => Requests.Add(request.Url);
    }

    public IPage Page { get; }

    /// <summary>Everything on the console, and errors that nothing caught.</summary>
    public List<string> Complaints { get; } = [];

    /// <summary>The addresses that it asked for, its own among them.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Runs a script of the tests in the page.</summary>
    public Task<T> AskAsync<T>(string script) => Page.EvaluateAsync<T>($"() => {{ {BrowserScripts.All} return {script}; }}");

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
