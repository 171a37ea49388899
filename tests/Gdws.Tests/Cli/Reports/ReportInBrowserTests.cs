using System.Text.Json;
using System.Text.Json.Nodes;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Gdws.Cli.Reports;
using Gdws.Cli.Sweeps;
using Microsoft.Playwright;

namespace Gdws.Tests.Cli.Reports;

/// <summary>The page as a reader sees it: in a real browser.</summary>
public sealed class ReportInBrowserTests : IClassFixture<Chromium>, IDisposable
{
    private readonly Chromium _chromium;
    private readonly TemporaryFolder _folder = new();
    private readonly string _page;

    public ReportInBrowserTests(Chromium chromium)
    {
        _chromium = chromium;
        _page = _folder.Write("report.html", System.Text.Encoding.UTF8.GetBytes(ReportPage.Write(SampleResult.Create())));
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(400, ColorScheme.Light)]
    [InlineData(800, ColorScheme.Dark)]
    [InlineData(1600, ColorScheme.Light)]
    [InlineData(1600, ColorScheme.Dark)]
    public async Task AtAnyWidthAndInBothColours_TextIsLegible(int width, ColorScheme scheme)
    {
        await using OpenPage page = await _chromium.OpenAsync(_page, width, scheme);
        string[] networks = await page.AskAsync<string[]>("[...document.querySelectorAll('#network option')].map(o => o.value)");
        foreach (string network in (string[])[networks[0], networks[^1]])
        {
            await page.Page.SelectOptionAsync("#network", network);

            Assert.Empty(await page.AskAsync<string[]>("overlaps()"));
            Assert.Empty(await page.AskAsync<string[]>("faint()"));
            Assert.True(await page.AskAsync<int>("document.documentElement.scrollWidth") <= width, "the page is wider than the window");
        }

        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task ThePageAsksForNothingButItself()
    {
        await using OpenPage page = await _chromium.OpenAsync(_page, 1000);
        await page.Page.Mouse.MoveAsync(300, 500);
        await page.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);

        Assert.All(page.Requests, url => Assert.True(url == new Uri(_page).AbsoluteUri || url.StartsWith("data:image/png;", StringComparison.Ordinal), url));
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task EveryPictureIsDrawn_AndSaidInWords()
    {
        await using OpenPage page = await _chromium.OpenAsync(_page, 1000);

        int figures = await page.AskAsync<int>("document.querySelectorAll('figure').length");
        string[] empty = await page.AskAsync<string[]>(
            "[...document.querySelectorAll('figure')].filter(f => f.checkVisibility() && !f.querySelector('.plot svg')).map(f => f.dataset.chart)");
        string[] unsaid = await page.AskAsync<string[]>(
            "[...document.querySelectorAll('figure .plot, img')].filter(e => e.checkVisibility() && (e.getAttribute('aria-label') ?? e.alt ?? '').length < 10).map(e => e.outerHTML)");

        Assert.True(figures > 10);
        Assert.Empty(empty);
        Assert.Empty(unsaid);
    }

    [Fact]
    public async Task TheChart_ShowsWhatTheTableSays()
    {
        await using OpenPage page = await _chromium.OpenAsync(_page, 1000);

        Assert.Equal(8, await page.AskAsync<int>("document.querySelectorAll('[data-chart=robust] [aria-label=dot] path, [data-chart=robust] [aria-label=dot] circle').length"));
        Assert.Equal(7, await page.AskAsync<int>("document.querySelectorAll('[data-chart=robust] [aria-label=arrow] path').length"));
        Assert.Equal(16, await page.AskAsync<int>("document.querySelectorAll('[data-chart=robust] [aria-label=rule] line').length"));
        string[] labels = await page.AskAsync<string[]>("[...document.querySelectorAll('[data-chart=robust] .label')].map(t => t.textContent)");
        Assert.All(labels, label => Assert.Contains(label, (string[])["dense", "÷ 1.5", "÷ 2", "÷ 3", "90 %"]));
        Assert.Contains("dense", labels);
        Assert.True(labels.Length >= 5, string.Join(", ", labels));
    }

    [Fact]
    public async Task ALayersHostileName_StaysAName()
    {
        await using OpenPage page = await _chromium.OpenAsync(_page, 1000);
        await page.Page.SelectOptionAsync("#network", "3");

        Assert.Equal(SampleResult.Create().Title, await page.Page.TitleAsync());
        Assert.True(await page.AskAsync<bool>($"[...document.querySelectorAll('.panel:not([hidden]) tbody th')].some(th => th.textContent === {JsonSerializer.Serialize(SampleResult.HostileLayer)})"));
        Assert.Equal(0, await page.AskAsync<int>("document.querySelectorAll('img:not([src^=\"data:image/png\"])').length"));
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task ALayerThatKeepsNothing_IsNotCalledDense()
    {
        SweepResult sample = SampleResult.Create();
        string html = ReportPage.Write(sample with
        {
            Networks = [.. sample.Networks.Select(network => network with
            {
                Layers = [.. network.Layers.Select((layer, i) => i switch
                {
                    2 => layer with { Kernels = 0, ChannelsByKernels = [64] },
                    3 => layer with { Kernels = 0, ChannelsByKernels = [], Reason = "stays dense" },
                    _ => layer,
                })],
            })],
        });
        await using OpenPage page = await _chromium.OpenAsync(_folder.Write("none.html", System.Text.Encoding.UTF8.GetBytes(html)), 1000);

        string[] kept = await page.AskAsync<string[]>("[...document.querySelectorAll('.panel:not([hidden]) .spectra span')].slice(0, 4).map(e => e.textContent)");

        Assert.Equal(["96 of 576", "0 of 576", "stays dense", "96 of 576"], kept);
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task AScriptThatGotIn_WouldNotRun()
    {
        string broken = File.ReadAllText(_page).Replace("<main id=\"main\">", "<main id=\"main\"><script>document.title = 'taken'</script><img src=\"x\" onerror=\"document.title = 'taken'\">", StringComparison.Ordinal);
        await using OpenPage page = await _chromium.OpenAsync(_folder.Write("broken.html", System.Text.Encoding.UTF8.GetBytes(broken)), 1000);

        Assert.Equal(SampleResult.Create().Title, await page.Page.TitleAsync());
        Assert.NotEmpty(page.Complaints);
    }

    [Fact]
    public async Task TheKeyboardReachesEverything_AndItShows()
    {
        await using OpenPage page = await _chromium.OpenAsync(_page, 400);
        string[] expected = await page.AskAsync<string[]>(
            "[...document.querySelectorAll('a, button, select, summary, [tabindex=\"0\"]')].filter(e => e.checkVisibility()).map((e, i) => (e.dataset.stop = `${i}`))");
        List<string> reached = [];
        for (int i = 0; i < expected.Length; i++)
        {
            await page.Page.Keyboard.PressAsync("Tab");
            reached.Add(await page.AskAsync<string>("document.activeElement.dataset.stop ?? document.activeElement.nodeName"));
            Assert.NotEqual("none", await page.AskAsync<string>("getComputedStyle(document.activeElement).outlineStyle"));
        }

        Assert.Equal(expected, reached);
        await page.Page.FocusAsync("#network");
        await page.Page.Keyboard.PressAsync("Home");
        Assert.Equal("1", await page.AskAsync<string>("[...document.querySelectorAll('.panel')].filter(p => !p.hidden).map(p => p.dataset.network).join()"));
    }

    [Fact]
    public async Task TheDataThatIsSaved_IsTheDataThatWasShown()
    {
        await using OpenPage page = await _chromium.OpenAsync(_page, 1000);

        IDownload download = await page.Page.RunAndWaitForDownloadAsync(() => page.Page.ClickAsync("button.download"));

        Assert.Equal("results.json", download.SuggestedFilename);
        JsonNode? saved = JsonNode.Parse(await File.ReadAllTextAsync((await download.PathAsync())!, TestContext.Current.CancellationToken));
        Assert.True(JsonNode.DeepEquals(saved, JsonNode.Parse(SweepJson.Write(SampleResult.Create()))));
    }

    [Fact]
    public async Task OnPaper_ItIsLightAndWithoutControls()
    {
        await using OpenPage page = await _chromium.OpenAsync(_page, 794, ColorScheme.Dark);
        await page.Page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });

        Assert.Equal("rgb(255, 255, 255)", await page.AskAsync<string>("getComputedStyle(document.body).backgroundColor"));
        Assert.Empty(await page.AskAsync<string[]>("[...document.querySelectorAll('nav, button, select')].filter(e => e.checkVisibility()).map(e => e.outerHTML)"));
        Assert.Empty(await page.AskAsync<string[]>("overlaps()"));
    }

    [Fact]
    public async Task TheTimeToMakeANetwork_HasABarForEveryStage()
    {
        await using OpenPage page = await _chromium.OpenAsync(_page, 1000);

        string[] told = await page.AskAsync<string[]>("[...document.querySelectorAll('[data-chart=efforts] [aria-label=bar] title')].map(t => t.textContent)");
        Assert.Equal(8, told.Length);
        Assert.Contains("HYDRA, 90 % zero: fine-tuning 2:00", told);
        string legend = await page.AskAsync<string>("document.querySelector('[data-chart=efforts] .plot').firstElementChild.textContent");
        Assert.EndsWith("approximationcalibrationsearchfine-tuning", legend, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutJavaScript_TheTablesAreThere()
    {
        await using OpenPage page = await _chromium.OpenAsync(_page, 1000, javaScript: false);

        Assert.True(await page.Page.GetByText("Without JavaScript the pictures are missing").IsVisibleAsync());
        Assert.Equal(10, await page.Page.Locator("table:visible").CountAsync());
        Assert.False(await page.Page.Locator("#network").IsVisibleAsync());
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task AxeFindsNothingInTheWay(ColorScheme scheme)
    {
        // Every kind of thing is there with two networks already, and axe takes its time for each of them.
        SweepResult sample = SampleResult.Create();
        string html = ReportPage.Write(sample with { Networks = [sample.Networks[0], sample.Networks[^1]], Spectra = [.. sample.Spectra.Take(2)] });
        await using OpenPage page = await _chromium.OpenAsync(_folder.Write("two.html", System.Text.Encoding.UTF8.GetBytes(html)), 1000, scheme);

        AxeResult result = await page.Page.RunAxe();

        Assert.Empty(result.Violations.SelectMany(violation => violation.Nodes.Select(node => $"{violation.Id}: {node.Html}")));
    }
}
