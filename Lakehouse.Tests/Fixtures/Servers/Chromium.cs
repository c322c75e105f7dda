using Microsoft.Playwright;

namespace Lakehouse.Tests.Fixtures;

/// <summary>The Chromium that the gate installs, without a window, driven by Playwright.</summary>
public sealed class Chromium : IAsyncDisposable
{
    private const string Executable = "/usr/bin/chromium";

    // Newer versions ask the user before a page may call the local network. This is turned off, because the server must not depend on it: other browsers do not
    // ask.
    private static readonly string[] Arguments =
    [
        "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests",
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Chromium(IPlaywright playwright, IBrowser browser) => (_playwright, _browser) = (playwright, browser);

    /// <summary>Why tests that need it are skipped; null when it is installed.</summary>
    public static string? Missing { get; } = File.Exists(Executable) ? null : $"There is no Chromium at {Executable}; .ci/run installs it";

    /// <summary>Starts it.</summary>
    /// <param name="hostRules">Names that it resolves differently from the machine, e.g. <c>MAP evil.test 127.0.0.1</c>.</param>
    public static async Task<Chromium> StartAsync(string hostRules)
    {
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Executable,
            Args = [.. Arguments, $"--host-resolver-rules={hostRules}"],
        });
        return new Chromium(playwright, browser);
    }

    /// <summary>A new page that shares no state with other pages.</summary>
    public async Task<IPage> OpenAsync(string url)
    {
        var context = await _browser.NewContextAsync();
        var page = await context.NewPageAsync();
        await page.GotoAsync(url);
        return page;
    }

    /// <summary>A page whose content the test provides, at an address that need not serve a page.</summary>
    public async Task<IPage> OpenAtAsync(string url, string html)
    {
        var context = await _browser.NewContextAsync();
        var page = await context.NewPageAsync();
        await page.RouteAsync(url, route => route.FulfillAsync(new RouteFulfillOptions { ContentType = "text/html", Body = html }));
        await page.GotoAsync(url);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
