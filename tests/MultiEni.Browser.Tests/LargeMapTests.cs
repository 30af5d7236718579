using System.Globalization;
using MultiEni.Api;
using MultiEni.Cli.Status;

namespace MultiEni.Browser.Tests;

/// <summary>
/// Large clusters. The bounds hold on a slow machine that has other things to do; <c>./bench map</c>
/// prints what was measured.
/// </summary>
public sealed class LargeMapTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private const double MostForFirstPicture = 20_000;
    private const double LongestFrame = 3_000;
    private const int MostElements = 3_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1000)]
    [InlineData(5000)]
    [Trait("suite", "bench")]
    public async Task A_large_cluster_is_drawn_from_afar_and_near_and_stays_fluid(int nodes)
    {
        await using var cluster = await GeneratedCluster.StartAsync(nodes, 4, Ct);
        var tab = await browser.OpenAsync();
        await tab.PreferAsync("light");
        await tab.GoAsync(cluster.Address);
        await tab.UntilSeenAsync("#shown", $"{nodes.ToString("N0", CultureInfo.InvariantCulture)} nodes");
        var first = await NumberAsync(tab, "performance.now()");
        var afar = await NumberAsync(tab, "document.querySelectorAll('*').length");
        if (nodes == 1000)
        {
            await Screenshots.TakeAsync(tab, "map-large");
        }

        await tab.ClickAsync(".zone > header button");
        await tab.UntilAsync("document.querySelectorAll('.node').length > 0");
        var near = await NumberAsync(tab, "document.querySelectorAll('*').length");
        await tab.EvaluateAsync(Frames);
        await tab.EvaluateAsync(
            "new Promise((done) => { const map = document.getElementById('map'); let step = 0; const on = () => { map.scrollTop += 900; if (++step < 40) { requestAnimationFrame(on); } else { done(0); } }; on(); })"
        );
        var scrolling = await NumberAsync(tab, "frames.longest");

        // A thousand ENIs come up, a few hundred each second, as EC2's quotas allow no more.
        for (var node = 0; node < Math.Min(nodes, 1000); node++)
        {
            cluster.Set(node, 1, Health.Progressing, Reasons.Attaching, "attaching");
        }

        await tab.UntilSeenAsync("#states", $"{cluster.Count(Health.Progressing).ToString("N0", CultureInfo.InvariantCulture)} in progress");
        await tab.EvaluateAsync("frames.longest = 0");
        for (var node = 0; node < Math.Min(nodes, 1000); node++)
        {
            cluster.Set(node, 1, Health.Ready, Reasons.Ready, "the ENI is as specified");
            if (node % 50 == 49)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(150), TimeProvider.System, Ct);
            }
        }

        await tab.UntilSeenAsync("#states", $"{cluster.Count(Health.Ready).ToString("N0", CultureInfo.InvariantCulture)} ready");
        var changing = await NumberAsync(tab, "frames.longest");

        TestContext.Current.TestOutputHelper!.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{nodes} nodes, {nodes * 4} ENIs: complete after {first:0} ms; {afar:0} elements from afar, {near:0} near; longest frame {scrolling:0} ms scrolling, {changing:0} ms while 1,000 ENIs come up"
            )
        );
        Assert.InRange(first, 1, MostForFirstPicture);
        Assert.InRange(near, 1, MostElements);
        Assert.InRange(scrolling, 0, LongestFrame);
        Assert.InRange(changing, 0, LongestFrame);
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task A_click_on_a_square_zooms_in_to_its_node()
    {
        await using var cluster = await GeneratedCluster.StartAsync(1000, 2, Ct);
        var tab = await browser.OpenAsync();
        await tab.GoAsync(cluster.Address);
        await tab.UntilSeenAsync("#shown", "1,000 nodes");

        await tab.ClickAsync(".crowd");

        await tab.UntilAsync("document.querySelectorAll('.node').length > 0 && document.getElementById('map').scrollTop > 100");
        await tab.ClickAsync(".zone > header button");
        await tab.UntilAsync("document.querySelectorAll('.node').length === 0");
    }

    [Fact]
    public async Task A_filter_that_leaves_few_nodes_zooms_in()
    {
        await using var cluster = await GeneratedCluster.StartAsync(1000, 2, Ct);
        var tab = await browser.OpenAsync();
        await tab.GoAsync(cluster.Address);
        await tab.UntilSeenAsync("#shown", "1,000 nodes");

        await tab.ClickAsync("#search");
        await tab.TypeAsync("ip-10-2-17-7");

        await tab.UntilSeenAsync(".node h3", "ip-10-2-17-7");
        Assert.Equal(1, await NumberAsync(tab, "document.querySelectorAll('.node').length"));
    }

    private const string Frames =
        "(() => { window.frames = { longest: 0 }; let last = performance.now(); const on = (now) => { frames.longest = Math.max(frames.longest, now - last); last = now; requestAnimationFrame(on); }; requestAnimationFrame(on); })()";

    private static async Task<double> NumberAsync(Tab tab, string expression) => (await tab.EvaluateAsync(expression))!.GetValue<double>();
}
