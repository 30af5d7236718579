using System.Globalization;
using MultiEni.Api;
using MultiEni.Cli.Status;

namespace MultiEni.Browser.Tests;

/// <summary>Large clusters. <c>./bench map</c> prints what was measured.</summary>
public sealed class LargeMapTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    // These hold on a slow machine that has other things to do, and so say little of how fast the
    // page is: a test that measures that would fail by chance. `./bench map` asks for the bounds
    // that the page is made for.
    private static readonly bool IsBench = Environment.GetEnvironmentVariable("MAP_BENCH") == "yes";
    private static readonly double MostForFirstPicture = IsBench ? 2_000 : 20_000;
    private static readonly double LongestFrame = IsBench ? 200 : 3_000;
    private const double LongestFrameScrolling = 3_000;
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
        Assert.InRange(near, 1, MostElements);
        Assert.True(first <= MostForFirstPicture, Exceeded($"the picture of {nodes} nodes was complete after", first, MostForFirstPicture));
        Assert.True(scrolling <= LongestFrameScrolling, Exceeded("the longest frame while scrolling took", scrolling, LongestFrameScrolling));
        Assert.True(changing <= LongestFrame, Exceeded($"of {nodes} nodes, the longest frame while 1,000 ENIs came up took", changing, LongestFrame));
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Creation_trouble_repair_and_deletion_are_followed_on_a_thousand_nodes()
    {
        const int Nodes = 1000;
        await using var cluster = await GeneratedCluster.StartAsync(Nodes, 1, Ct, hasEnis: false);
        void SetAll(Func<int, (Health Health, string Reason, string Message)> state)
        {
            for (var node = 0; node < Nodes; node++)
            {
                var (health, reason, message) = state(node);
                cluster.Set(node, 1, health, reason, message);
            }

            cluster.Summarize();
        }

        var tab = await browser.OpenAsync();
        await tab.GoAsync(cluster.Address);
        await tab.UntilSeenAsync("#shown", "1,000 nodes, 0 ENIs");
        await UntilCountedAsync(tab, trouble: "0", progressing: "0", deleting: "0", ready: "0");

        SetAll(_ => (Health.Progressing, Reasons.Attaching, "attaching"));
        await UntilCountedAsync(tab, trouble: "0", progressing: "1,000", deleting: "0", ready: "0");
        await tab.UntilSeenAsync("#shown", "1,000 nodes, 1,000 ENIs");
        await tab.UntilSeenAsync("#nodeenis", "forwarding 0 of 1,000 ready");

        SetAll(node =>
            node % 100 == 7
                ? (Health.Trouble, Reasons.DriverModuleUnavailable, GeneratedCluster.NotLoaded)
                : (Health.Ready, Reasons.Ready, "the ENI is as specified")
        );
        await UntilCountedAsync(tab, trouble: "10", progressing: "0", deleting: "0", ready: "990");
        await tab.UntilSeenAsync("#nodeenis", "forwarding 990 of 1,000 ready");
        await tab.ClickAsync(".state.trouble");
        await tab.UntilSeenAsync("#shown", "showing 10 nodes, 10 ENIs");
        await tab.UntilAsync("document.querySelector('.chip.trouble') !== null");
        await tab.ClickAsync(".chip.trouble");
        await tab.UntilSeenAsync("#story .verdict", $"in trouble: {Reasons.DriverModuleUnavailable}");
        await tab.UntilSeenAsync("#story", "Remedy");
        await tab.ClickAsync("#clear");

        SetAll(_ => (Health.Ready, Reasons.Ready, "the ENI is as specified"));
        await UntilCountedAsync(tab, trouble: "0", progressing: "0", deleting: "0", ready: "1,000");
        await tab.UntilSeenAsync("#story .verdict", "ready: Ready");
        await tab.UntilSeenAsync("#nodeenis", "1,000 of 1,000 ready");

        SetAll(_ => (Health.Deleting, Reasons.Detaching, "detaching"));
        await UntilCountedAsync(tab, trouble: "0", progressing: "0", deleting: "1,000", ready: "0");
        await tab.UntilSeenAsync("#story .verdict", $"being deleted: {Reasons.Detaching}");
        for (var node = 0; node < Nodes; node++)
        {
            cluster.Remove(node, 1);
        }

        await UntilCountedAsync(tab, trouble: "0", progressing: "0", deleting: "0", ready: "0");
        await tab.UntilSeenAsync("#shown", "1,000 nodes, 0 ENIs");
        await tab.UntilSeenAsync("#story", "This ENI is gone.");
        await tab.UntilAsync("document.querySelectorAll('.chip').length === 0");
        // Chromium reports that there is no story any more.
        Assert.All(tab.Complaints, complaint => Assert.Contains("404", complaint, StringComparison.Ordinal));
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

    private static Task UntilCountedAsync(Tab tab, string trouble, string progressing, string deleting, string ready) =>
        tab.UntilAsync(
            $"[...document.querySelectorAll('#states .number')].map((number) => number.textContent).join(' ') === '{trouble} {progressing} {deleting} {ready}'"
        );

    private static string Exceeded(string what, double measured, double bound) =>
        string.Create(CultureInfo.InvariantCulture, $"{what} {measured:0} ms; the bound is {bound:0} ms");
}
