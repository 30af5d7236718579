using MultiEni.Api;
using MultiEni.Cli.Map;
using MultiEni.Cli.Status;

namespace MultiEni.Browser.Tests;

/// <summary>What people see and do on the page.</summary>
public sealed class MapPageTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Zones_nodes_slots_and_ENIs_are_drawn_with_signs_and_words()
    {
        await using var cluster = await GeneratedCluster.StartAsync(36, 4, Ct);
        var tab = await OpenAsync(cluster);

        Assert.Contains("12 nodes · 48 ENIs", await tab.TextAsync(".zone > header"), StringComparison.Ordinal);
        await tab.UntilSeenAsync("#states", "2 in trouble");
        Assert.Equal("✗", await tab.TextAsync(".chip.trouble .sign"));
        Assert.Equal("✓", await tab.TextAsync(".chip.ready .sign"));
        Assert.Equal(8, (await tab.EvaluateAsync("document.querySelector('.slots').children.length"))!.GetValue<int>());
        await tab.UntilSeenAsync("#events", "DPDKBindFailed");
        await tab.UntilSeenAsync("#gauges", "throttled 2×");
        await tab.UntilSeenAsync("#gauges", "3.4 of 5 a second");
        await tab.UntilAsync("document.querySelectorAll('.mark.warning').length > 0");
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task A_click_tells_the_story_with_causes_and_remedies()
    {
        await using var cluster = await GeneratedCluster.StartAsync(36, 4, Ct);
        var tab = await OpenAsync(cluster);

        await tab.ClickAsync(".chip.trouble");
        await tab.UntilSeenAsync("#story", Reasons.DriverModuleUnavailable);

        var story = await tab.TextAsync("#story");
        Assert.Contains("modprobe vfio-pci", story, StringComparison.Ordinal);
        Assert.Contains("Causes", story, StringComparison.Ordinal);
        Assert.Contains("DPDKBindFailed", story, StringComparison.Ordinal);
        await tab.ClickAsync("#story .close");
        await tab.UntilAsync("document.getElementById('story').hidden && !document.getElementById('overview').hidden");
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task An_open_story_follows_its_ENI_to_the_end()
    {
        await using var cluster = await GeneratedCluster.StartAsync(3, 4, Ct);
        var tab = await OpenAsync(cluster);
        await tab.ClickAsync($"[data-eni='{GeneratedCluster.EniName(1, 2)}']");
        await tab.UntilSeenAsync("#story", "packets on");

        cluster.Set(1, 2, Health.Deleting, Reasons.DeviceInUse, "pod default/a uses the device");
        await tab.UntilSeenAsync("#story", "pod default/a uses the device");
        cluster.Remove(1, 2);
        await tab.UntilSeenAsync("#story", "This ENI is gone.");
    }

    [Fact]
    public async Task The_keyboard_leads_to_every_ENI_and_back()
    {
        await using var cluster = await GeneratedCluster.StartAsync(36, 4, Ct);
        var tab = await OpenAsync(cluster);
        await tab.EvaluateAsync("document.getElementById('map').focus()");

        // Over the zone's button into the map, which is one stop.
        await tab.PressAsync("Tab");
        await tab.PressAsync("Tab");
        var first = await FocusAsync(tab);
        await tab.PressAsync("ArrowRight");
        var second = await FocusAsync(tab);
        for (var press = 0; press < 8; press++)
        {
            await tab.PressAsync("ArrowDown");
        }

        var below = await FocusAsync(tab);
        await tab.PressAsync("Enter");
        await tab.UntilAsync("document.activeElement.tagName === 'H2' && document.activeElement.closest('#story')");
        await tab.PressAsync("Escape");
        await tab.UntilAsync($"document.activeElement.dataset.eni === {Tab.Quote(below)}");

        Assert.Equal(4, new[] { first, second, below, "" }.Distinct().Count());
        Assert.True(
            (
                await tab.EvaluateAsync(
                    "(r => { const m = document.getElementById('map').getBoundingClientRect(); return r.top >= m.top && r.bottom <= m.bottom; })(document.activeElement.getBoundingClientRect())"
                )
            )!.GetValue<bool>(),
            "what has the focus is in sight"
        );
        Assert.NotEqual("none", (await tab.EvaluateAsync("getComputedStyle(document.activeElement).outlineStyle"))!.GetValue<string>());
    }

    [Fact]
    public async Task A_screen_reader_hears_states_in_words_and_a_polite_sum()
    {
        await using var cluster = await GeneratedCluster.StartAsync(36, 4, Ct);
        var tab = await OpenAsync(cluster);
        await tab.UntilSeenAsync("#status", "36 nodes, 144 ENIs: 2 in trouble");

        var heard = await tab.AccessibleAsync();

        Assert.Contains(("heading", "ENI map"), heard);
        Assert.Contains(("heading", "us-east-1a"), heard);
        Assert.Contains(
            heard,
            element =>
                element is { Role: "button", Name: var name }
                && name.Contains("storage, slot 3 of card 0", StringComparison.Ordinal)
                && name.Contains(": in trouble, DriverModuleUnavailable", StringComparison.Ordinal)
        );
        Assert.Contains(heard, element => element.Role == "searchbox" && element.Name.StartsWith("Search", StringComparison.Ordinal));
        Assert.Contains(heard, element => element.Role == "status");
        Assert.DoesNotContain(heard, element => element is { Role: "button", Name: "" });
        Assert.Equal(
            "polite",
            (
                await tab.EvaluateAsync(
                    "document.getElementById('status').ariaLive ?? (document.getElementById('status').getAttribute('role') === 'status' ? 'polite' : 'off')"
                )
            )!.GetValue<string>()
        );
    }

    [Theory]
    [InlineData("#by-nodeeni", "storage", 36)]
    [InlineData("#by-zone", "us-east-1b", 48)]
    [InlineData("#by-reason", Reasons.DriverModuleUnavailable, 2)]
    public async Task Filters_leave_what_fits(string list, string value, int enis)
    {
        await using var cluster = await GeneratedCluster.StartAsync(36, 4, Ct);
        var tab = await OpenAsync(cluster);

        await tab.EvaluateAsync(
            $"(l => {{ l.value = {Tab.Quote(value)}; l.dispatchEvent(new Event('change')); }})(document.querySelector({Tab.Quote(list)}))"
        );

        await tab.UntilSeenAsync("#shown", $"{enis} ENI");
        await tab.ClickAsync("#clear");
        await tab.UntilSeenAsync("#shown", "144 ENIs");
    }

    [Theory]
    [InlineData("10.102.0.7", 1)]
    [InlineData("ROUTER-15", 1)]
    [InlineData("ip-10-0-3-7", 4)]
    [InlineData("nothing has this", 0)]
    public async Task The_search_finds_addresses_pods_and_nodes(string text, int enis)
    {
        await using var cluster = await GeneratedCluster.StartAsync(36, 4, Ct);
        var tab = await OpenAsync(cluster);

        await tab.ClickAsync("#search");
        await tab.TypeAsync(text);

        await tab.UntilSeenAsync("#shown", $"{enis} ENI");
        Assert.Equal(enis == 0, (await tab.TextAsync("#map")).Contains("Nothing fits the filters.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_state_is_a_filter_too()
    {
        await using var cluster = await GeneratedCluster.StartAsync(36, 4, Ct);
        var tab = await OpenAsync(cluster);

        await tab.ClickAsync(".state.trouble");

        await tab.UntilSeenAsync("#shown", "2 ENIs");
        await tab.UntilSeenAsync("#states", "134 ready");
        Assert.Equal("true", (await tab.EvaluateAsync("document.querySelector('.state.trouble').ariaPressed"))!.GetValue<string>());
    }

    [Fact]
    public async Task Names_and_messages_are_text_whatever_they_say()
    {
        const string Hostile = "<img src=x onerror=\"window.owned=1\"><script>window.owned=1</script>";
        await using var cluster = await GeneratedCluster.StartAsync(3, 1, Ct);
        cluster.Feed.Set(new MapNode(Hostile, Hostile, Hostile, true, null));
        cluster.Feed.Set(new MapNodeEni(Hostile, Health.Trouble, Hostile, Hostile, 1, 1, 0));
        cluster.Set(1, 1, Health.Trouble, Hostile, Hostile);
        cluster.Happen(99, warning: true, Hostile, Hostile, Hostile, TimeSpan.Zero);
        cluster.Feed.Set(new MapNote("hostile", Hostile));
        cluster.Feed.Set(new MapBudget(Hostile, 1, 1, 1));
        var tab = await OpenAsync(cluster);

        await tab.UntilSeenAsync("#events", Hostile);
        await tab.ClickAsync($"[data-eni='{GeneratedCluster.EniName(1, 1)}']");
        await tab.UntilSeenAsync("#story", Hostile);

        Assert.Null(await tab.EvaluateAsync("window.owned ?? null"));
        Assert.Equal(0, (await tab.EvaluateAsync("document.querySelectorAll('img[src=x], body script').length"))!.GetValue<int>());
        Assert.Empty(tab.Complaints);
    }

    [Theory]
    [InlineData("light")]
    [InlineData("dark")]
    public async Task Texts_can_be_read_in_light_and_dark(string colours)
    {
        await using var cluster = await GeneratedCluster.StartAsync(36, 4, Ct);
        var tab = await OpenAsync(cluster, colours);
        await tab.UntilSeenAsync("#events", "DPDKBindFailed");
        await Screenshots.TakeAsync(tab, $"map-{colours}");
        await tab.ClickAsync(".chip.trouble");
        await tab.UntilSeenAsync("#story", "Remedy");
        await Screenshots.TakeAsync(tab, $"map-story-{colours}");

        // WCAG 2.2, success criterion 1.4.3: 4.5 to 1 for texts of this size.
        var weak = await tab.EvaluateAsync(
            """
            (() => {
              const part = (value) => { const c = value / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
              const parse = (text) => text.match(/[\d.]+/g).map(Number);
              const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
              const ground = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if ((c[3] ?? 1) === 1) { return c; } } return [255, 255, 255]; };
              return [...document.querySelectorAll('body *')]
                .filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.disabled && !e.closest('svg') && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
                .map((e) => { const [a, b] = [light(parse(getComputedStyle(e).color)), light(ground(e))]; return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), `${e.tagName}.${e.className}: ${e.textContent.slice(0, 30)}`]; })
                .filter(([contrast]) => contrast < 4.5).map(([contrast, what]) => `${contrast.toFixed(1)} ${what}`);
            })()
            """
        );

        Assert.Empty(weak!.AsArray());
        var isDark = (await tab.EvaluateAsync("getComputedStyle(document.body).backgroundColor"))!.GetValue<string>() == "rgb(13, 19, 29)";
        Assert.Equal(colours == "dark", isDark);
    }

    [Fact]
    public async Task All_nodes_are_printed_and_not_only_those_in_sight()
    {
        await using var cluster = await GeneratedCluster.StartAsync(150, 4, Ct);
        var tab = await OpenAsync(cluster);
        await tab.EvaluateAsync("[...document.querySelectorAll('.zone > header button')].forEach((button) => button.click())");
        var seen = (await tab.EvaluateAsync("document.querySelectorAll('.node').length"))!.GetValue<int>();

        await tab.EvaluateAsync("(window.counted = new Promise((done) => addEventListener('afterprint', done)), 0)");
        await tab.EvaluateAsync("(addEventListener('beforeprint', () => { window.printed = document.querySelectorAll('.node').length; }), 0)");
        var pdf = await tab.PrintAsync();

        Assert.InRange(seen, 1, 60);
        Assert.Equal(150, (await tab.EvaluateAsync("window.printed"))!.GetValue<int>());
        Assert.True(pdf.Length > 10_000);
        await tab.UntilAsync("document.querySelectorAll('.node').length < 100");
    }

    [Fact]
    public async Task The_end_of_the_map_is_said()
    {
        var cluster = await GeneratedCluster.StartAsync(3, 1, Ct);
        var tab = await OpenAsync(cluster);
        await tab.UntilSeenAsync("#link", "live");

        await cluster.DisposeAsync();

        await tab.UntilAsync("!document.getElementById('link').innerText.includes('live')");
    }

    [Fact]
    public async Task A_narrow_window_shows_everything_one_below_the_other()
    {
        await using var cluster = await GeneratedCluster.StartAsync(6, 2, Ct);
        var tab = await OpenAsync(cluster);

        await tab.ResizeAsync(420, 800);

        await tab.UntilAsync("document.documentElement.scrollWidth <= 420 && document.querySelectorAll('.node').length > 2");
    }

    private async Task<Tab> OpenAsync(GeneratedCluster cluster, string colours = "light")
    {
        var tab = await browser.OpenAsync();
        await tab.PreferAsync(colours);
        await tab.GoAsync(cluster.Address);
        await tab.UntilAsync("document.querySelector('[data-eni], .crowd')");
        return tab;
    }

    private static async Task<string> FocusAsync(Tab tab)
    {
        await tab.UntilAsync("document.activeElement.dataset.eni");
        return (await tab.EvaluateAsync("document.activeElement.dataset.eni"))!.GetValue<string>();
    }
}
