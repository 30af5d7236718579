using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Simulator;
using MultiEni.Simulator.Kubernetes.Storage;
using MultiEni.Simulator.Nodes;

namespace MultiEni.Manager.Tests.Wire;

/// <summary>
/// Alternative names and host addresses of links, with a resync so slow that only the kernel's
/// announcements can be what wakes the agent.
/// </summary>
public sealed class LinkNameTests
{
    private const int Table = 21_001;
    private static readonly (string, string) NoResync = ("CHECK_INTERVAL", "1h");

    private static void Plain(JsonObject device)
    {
        device["use"] = "Plain";
        device.Remove("driver");
    }

    private static SimulatedLink? Link(AgentBench bench, int index) =>
        bench.Node.Network().Links.SingleOrDefault(link => link.MacAddress == $"02:00:00:00:01:{index:x2}");

    private static bool IsCalled(AgentBench bench, int index, params string[] names) =>
        Link(bench, index) is { } link && names.All(name => link.AlternativeNames.Contains(name, StringComparer.Ordinal));

    private static void Manage(AgentBench bench, string name, string mode = "Managed")
    {
        const string Resource = "eniattachments.networking.k8s.aws";
        var store = bench.Cluster.Kubernetes.Store;
        store.Change(Resource, name, live => live["status"]!["network"]!["subnetCIDR"] = "10.1.0.0/24", WriteOptions.Status);
        store.Change(Resource, name, live => live["spec"]!["hostAddressing"] = mode);
    }

    private static bool HasRule(AgentBench bench) =>
        bench.Node.Network().Rules.Contains(new SimulatedRule(4, Table, "10.1.0.1/32", Table) { Protocol = 136 });

    [Fact]
    public async Task Links_get_the_ENIs_id_and_the_NodeENIs_name_and_again_when_somebody_takes_them()
    {
        await using var bench = await AgentBench.StartAsync(environment: [NoResync]);
        bench.Attach("a", 1, Plain);
        bench.Attach("b", 2, Plain);
        await bench.Until(() => IsCalled(bench, 1, "eni-a", "nodeeni-dpdk") && IsCalled(bench, 2, "eni-b", "nodeeni-dpdk-2"), "the names");
        await bench.Until(() => bench.IsTrue("a", ConditionTypes.Configured), "the link");

        Assert.Equal(LinuxErrors.None, bench.Node.SetAlternativeName(Link(bench, 1)!.Index, "nodeeni-dpdk", add: false));
        await bench.Until(() => IsCalled(bench, 1, "eni-a", "nodeeni-dpdk"), "the name to be back");
    }

    [Fact]
    public async Task A_link_that_is_released_keeps_only_the_names_of_others()
    {
        await using var bench = await AgentBench.StartAsync(environment: [NoResync]);
        bench.Attach("a", 1, Plain);
        await bench.Until(() => IsCalled(bench, 1, "eni-a", "nodeeni-dpdk"), "the names");
        bench.Node.SetAlternativeName(Link(bench, 1)!.Index, "enp0s6", add: true);
        await bench.Until(() => bench.HasFinalizer("a", Names.DeviceFinalizer), "the finalizer");
        bench.Delete("a");
        await bench.Until(() => !bench.HasFinalizer("a", Names.DeviceFinalizer), "the release");
        Assert.Equal(["enp0s6"], Link(bench, 1)!.AlternativeNames);
    }

    [Fact]
    public async Task A_name_that_another_link_has_is_said_and_the_ENI_is_usable()
    {
        await using var bench = await AgentBench.StartAsync(environment: [NoResync]);
        bench.Node.Plug("02:00:00:00:09:09", ["10.9.0.9"]);
        await bench.Until(() => bench.Node.DeviceByMac("02:00:00:00:09:09")!.InterfaceName is not null, "the stranger");
        var stranger = bench.Node.Network().Links.Single(link => link.MacAddress == "02:00:00:00:09:09");
        bench.Node.SetAlternativeName(stranger.Index, "nodeeni-dpdk", add: true);
        bench.Attach("a", 1, Plain);
        await bench.UntilTrue("a", ConditionTypes.Configured, $"{stranger.Name} has it");
        Assert.True(IsCalled(bench, 1, "eni-a"));
    }

    [Fact]
    public async Task A_kernel_without_alternative_names_is_noticed_and_no_obstacle()
    {
        await using var bench = await AgentBench.StartAsync(
            new SimulatedClusterOptions { Host = new SimulatedHostOptions { HasAlternativeNames = false } },
            NoResync
        );
        bench.Attach("a", 1, Plain);
        await bench.UntilTrue("a", ConditionTypes.Configured, "Linux 5.5");
    }

    [Fact]
    public async Task Managed_addresses_are_set_repaired_and_removed_without_a_trace()
    {
        await using var bench = await AgentBench.StartAsync(environment: [NoResync]);
        bench.Attach("a", 1, Plain);
        await bench.Until(() => bench.IsTrue("a", ConditionTypes.Configured), "the link");
        var before = bench.Node.Network();
        var filter = $"/proc/sys/net/ipv4/conf/{Link(bench, 1)!.Name}/rp_filter";

        Manage(bench, "a");
        await bench.Until(() => HasRule(bench), "the rule");
        var network = bench.Node.Network();
        var index = Link(bench, 1)!.Index;
        Assert.Contains(network.Addresses, address => address is { Address: "10.1.0.1", PrefixLength: 32 } && address.LinkIndex == index);
        Assert.Contains(new SimulatedRoute(4, Table, null, "10.1.0.1", index, 512, 136), network.Routes);
        Assert.Equal(before.Routes, network.Routes.Where(route => route.Table != Table));
        Assert.Equal("2", await bench.Node.ReadTextAsync(filter, AgentBench.Stop));

        bench.Node.SetRule(new SimulatedRule(4, Table, "10.1.0.1/32", Table) { Protocol = 136 }, add: false);
        await bench.Until(() => HasRule(bench), "the rule to be back");

        Manage(bench, "a", "None");
        await bench.Until(() => bench.Node.Network().Rules.SequenceEqual(before.Rules), "the rule to be gone");
        await bench.Until(() => bench.Node.Network().Routes.SequenceEqual(before.Routes), "the routes to be gone");
        await bench.Until(() => bench.Node.Network().Addresses.SequenceEqual(before.Addresses), "the address to be gone");
        await Eventually.Holds(
            async () => await bench.Node.ReadTextAsync(filter, AgentBench.Stop) == "1",
            () => "the reverse path filter to be as before"
        );
        Assert.Equal("1", await bench.Node.ReadTextAsync(filter, AgentBench.Stop));
    }

    [Fact]
    public async Task A_release_removes_them_and_so_does_an_ENI_that_is_torn_out()
    {
        await using var bench = await AgentBench.StartAsync(environment: [NoResync]);
        var rules = bench.Node.Network().Rules;
        bench.Attach("a", 1, Plain);
        await bench.Until(() => bench.IsTrue("a", ConditionTypes.Configured), "the link");
        Manage(bench, "a");
        await bench.Until(() => HasRule(bench), "the rule");
        await bench.Node.UnplugAsync("02:00:00:00:01:01", AgentBench.Stop);
        await bench.Until(() => bench.Node.Network().Rules.SequenceEqual(rules), "the rule of the ENI that is gone to go");

        bench.Node.Plug("02:00:00:00:01:01", ["10.1.0.1"]);
        await bench.Until(() => HasRule(bench), "the rule to be back");
        bench.Delete("a");
        await bench.Until(() => !bench.HasFinalizer("a", Names.DeviceFinalizer), "the release");
        Assert.Equal(rules, bench.Node.Network().Rules);
        Assert.DoesNotContain(bench.Node.Network().Addresses, address => address.Address == "10.1.0.1");
    }

    [Fact]
    public async Task A_link_that_somebody_else_configures_is_left_alone_and_the_status_says_who()
    {
        await using var bench = await AgentBench.StartAsync(environment: [NoResync]);
        bench.Attach("a", 1, Plain);
        await bench.Until(() => bench.IsTrue("a", ConditionTypes.Configured), "the link");
        bench.Node.SetAddress(new SimulatedAddress(Link(bench, 1)!.Index, "10.1.0.1", 24), add: true);
        Manage(bench, "a");
        await bench.UntilReason("a", ConditionTypes.Configured, Reasons.LinkConfiguredElsewhere, "10.1.0.1/24");
        Assert.False(HasRule(bench));
    }
}
