namespace MultiEni.Browser.Tests;

/// <summary>One browser for all tests of a class; each has a tab of its own.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private Browser? _browser;

    public async ValueTask InitializeAsync() => _browser = await Browser.StartAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }
    }

    internal Task<Tab> OpenAsync() => _browser!.OpenAsync(TestContext.Current.CancellationToken);
}
