using Microsoft.Playwright;

namespace Gdws.Tests.Cli.Reports;

/// <summary>A headless Chromium of this machine, started once; tests that ask for it are skipped where there is none.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        if (Find() is not { } path)
            return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = path });
    }

    /// <summary>Opens a page from disk in a window of its own.</summary>
    public async Task<OpenPage> OpenAsync(string html, int width, ColorScheme scheme = ColorScheme.Light, bool javaScript = true)
    {
        Assert.SkipWhen(_browser is null, $"no Chromium here: {string.Join(", ", Names)} aren't in PATH (on Debian: apt-get install chromium)");
        IBrowserContext context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
            ColorScheme = scheme,
            JavaScriptEnabled = javaScript,
            AcceptDownloads = true,
        });
        OpenPage page = new(context, await context.NewPageAsync());
        await page.Page.GotoAsync(new Uri(html).AbsoluteUri);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    private static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
}
