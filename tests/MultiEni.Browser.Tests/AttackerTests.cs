using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace MultiEni.Browser.Tests;

/// <summary>
/// A page of another origin that even knows the address with its secret gets nothing from the map.
/// </summary>
public sealed class AttackerTests(BrowserFixture browser) : IClassFixture<BrowserFixture>, IAsyncLifetime
{
    private WebApplication _attacker = null!;
    private Uri _page = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _attacker = builder.Build();
        _attacker.Run(context =>
        {
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("<!doctype html><title>attacker</title><body>", Ct);
        });
        await _attacker.StartAsync(Ct);
        _page = new Uri(_attacker.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public async ValueTask DisposeAsync() => await _attacker.DisposeAsync();

    [Theory]
    [InlineData("fetch", "fetch(MAP + 'story?eni=forwarding-00000-1').then((a) => a.text())")]
    [InlineData("fetch without CORS", "fetch(MAP, { mode: 'no-cors' }).then((a) => a.type)")]
    [InlineData("fetch with credentials", "fetch(MAP + 'stream', { credentials: 'include' }).then((a) => a.text())")]
    [InlineData(
        "EventSource",
        "new Promise((yes, no) => { const s = new EventSource(MAP + 'stream'); s.onmessage = (m) => yes(m.data); s.onerror = () => no(new Error('refused')); })"
    )]
    [InlineData(
        "script",
        "new Promise((yes, no) => { const s = document.createElement('script'); s.src = MAP + 'main.js'; s.onload = () => yes('loaded'); s.onerror = () => no(new Error('refused')); document.body.append(s); })"
    )]
    [InlineData("module", "import(MAP + 'signs.js').then((m) => String(m.states))")]
    [InlineData(
        "picture",
        "new Promise((yes, no) => { const i = new Image(); i.onload = () => yes('loaded'); i.onerror = () => no(new Error('refused')); i.src = MAP + 'icon.svg'; })"
    )]
    [InlineData(
        "style",
        "new Promise((yes, no) => { const l = document.createElement('link'); l.rel = 'stylesheet'; l.href = MAP + 'map.css'; l.onload = () => yes('loaded'); l.onerror = () => no(new Error('refused')); document.head.append(l); })"
    )]
    public async Task Another_origin_gets_nothing_by(string way, string attempt)
    {
        await using var cluster = await GeneratedCluster.StartAsync(1, 1, Ct);
        var tab = await browser.OpenAsync();
        await tab.GoAsync(_page);
        await tab.UntilAsync("document.title === 'attacker'");

        var got = await tab.EvaluateAsync(Attempt(cluster.Address, attempt));

        Assert.True(got!.GetValue<string>().StartsWith("refused", StringComparison.Ordinal), $"{way} got {got}");
    }

    [Fact]
    public async Task The_maps_own_page_gets_what_others_do_not()
    {
        await using var cluster = await GeneratedCluster.StartAsync(1, 1, Ct);
        var tab = await browser.OpenAsync();
        await tab.GoAsync(cluster.Address);
        await tab.UntilAsync("document.querySelector('[data-eni]')");

        foreach (
            var attempt in new[]
            {
                "fetch(MAP + 'story?eni=forwarding-00000-1').then((a) => a.text())",
                "import(MAP + 'signs.js').then((m) => String(m.states))",
            }
        )
        {
            var got = (await tab.EvaluateAsync(Attempt(cluster.Address, attempt)))!.GetValue<string>();
            Assert.StartsWith("got", got, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task It_cannot_be_framed()
    {
        await using var cluster = await GeneratedCluster.StartAsync(1, 1, Ct);
        var tab = await browser.OpenAsync();
        await tab.GoAsync(_page);
        await tab.UntilAsync("document.title === 'attacker'");

        await tab.EvaluateAsync(
            $"new Promise((done) => {{ const f = document.createElement('iframe'); f.onload = () => done(0); f.src = {Tab.Quote(cluster.Address.AbsoluteUri)}; document.body.append(f); }})"
        );

        var tree = await tab.SendAsync("Page.getFrameTree");
        var frames = tree["frameTree"]!["childFrames"]!.AsArray().Select(frame => frame!["frame"]!["url"]!.GetValue<string>()).ToList();
        Assert.All(frames, url => Assert.StartsWith("chrome-error:", url, StringComparison.Ordinal));
        Assert.NotEmpty(frames);
    }

    [Fact]
    public async Task A_foreign_name_for_this_machine_leads_nowhere()
    {
        await using var cluster = await GeneratedCluster.StartAsync(1, 1, Ct);
        var tab = await browser.OpenAsync();

        // Names below localhost are this machine, and no name that the map has.
        var foreign = new UriBuilder(cluster.Address) { Host = "attacker.localhost" }.Uri;
        var gone = await tab.SendAsync("Page.navigate", new JsonObject { ["url"] = foreign.AbsoluteUri });

        Assert.Equal("net::ERR_HTTP_RESPONSE_CODE_FAILURE", gone["errorText"]!.GetValue<string>());
    }

    private static string Attempt(Uri map, string attempt) =>
        $"(() => {{ const MAP = {Tab.Quote(map.AbsoluteUri)}; return Promise.resolve({attempt}).then((got) => 'got ' + got, (error) => 'refused ' + error); }})()";
}
