using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Manager.Tests.Wire;
using MultiEni.Simulator;
using MultiEni.Simulator.Kubernetes;
using MultiEni.Simulator.Kubernetes.Faults;
using MultiEni.Simulator.Nodes;

namespace MultiEni.Manager.Tests.Weaknesses;

/// <summary>
/// What was found wrong in the node agent of the existing Go controller, by the numbers of that
/// study; each must not happen here.
/// </summary>
public sealed class NodeWeaknessTests
{
    private const string Resource = "intel.com/intel_sriov_netdevice_1";
    private static readonly (string, string) NoResync = ("CHECK_INTERVAL", "1h");

    private static void Plain(JsonObject device)
    {
        device["use"] = "Plain";
        device.Remove("driver");
    }

    [Fact]
    public async Task W4_a_binding_is_in_the_status_and_is_undone_before_the_ENI_may_go()
    {
        await using var bench = await AgentBench.StartAsync(environment: NoResync);
        var address = bench.Attach("a", 1);
        await bench.UntilAdvertised("a");
        Assert.Equal("vfio-pci", bench.Find("a")!["status"]!["device"]!["driver"]!.GetValue<string>());
        bench.Delete("a");
        await bench.Until(() => !bench.HasFinalizer("a", Names.DeviceFinalizer), "the release");
        Assert.Equal("ena", bench.Node.Device(address)!.Driver);
        Assert.NotNull(bench.Node.Device(address)!.InterfaceName);
    }

    [Fact]
    public async Task W7_an_attachment_of_another_node_moves_nothing_here_whatever_its_index_and_address()
    {
        await using var bench = await AgentBench.StartAsync(environment: [NoResync, ("DEFAULT_MTU", "1400")]);
        var foreign = bench.Attach("foreign", 1, device => device["pciAddress"] = "0000:00:06.0", node: "another-node");
        bench.Attach("a", 2);
        await bench.UntilAdvertised("a");
        Assert.Equal("0000:00:06.0", foreign);
        Assert.Equal(("ena", null), (bench.Node.Device(foreign)!.Driver, bench.Node.Device(foreign)!.DriverOverride));
        Assert.Equal(1500, bench.Node.Network().Links.Single(link => link.MacAddress == "02:00:00:00:01:01").Mtu);
        Assert.Null(bench.Find("foreign")!["status"]!["device"]);
    }

    [Fact]
    public async Task W13_a_bind_that_only_claims_success_is_neither_reported_nor_published()
    {
        await using var bench = await AgentBench.StartAsync(environment: NoResync);
        bench.Node.Faults.FailWrites("*/vfio-pci/bind", LinuxErrors.None, times: 1);
        var address = bench.Attach("a", 1);
        await bench.UntilReason("a", ConditionTypes.Bound, Reasons.BindFailed);
        Assert.Equal("ena", bench.Node.Device(address)!.Driver);
        Assert.NotEqual("1", bench.Allocatable(Resource));
        await bench.UntilAdvertised("a");
    }

    [Theory]
    [InlineData(InterfaceNaming.Slot)]
    [InlineData(InterfaceNaming.Appearance)]
    public async Task W15_a_device_is_found_by_its_hardware_address_whatever_its_name_slot_and_index(InterfaceNaming naming)
    {
        await using var bench = await AgentBench.StartAsync(
            new SimulatedClusterOptions { Host = new SimulatedHostOptions { Naming = naming } },
            NoResync
        );
        // Slots are taken in the order of plugging, so that index 7 comes to lie before index 3.
        var seventh = bench.Attach("a", 7);
        var third = bench.Attach("b", 3);
        await bench.UntilAdvertised("a");
        await bench.UntilAdvertised("b");
        Assert.True(string.CompareOrdinal(seventh, third) < 0);
        Assert.Equal(seventh, bench.Find("a")!["status"]!["device"]!["pciAddress"]!.GetValue<string>());
        Assert.Equal(third, bench.Find("b")!["status"]!["device"]!["pciAddress"]!.GetValue<string>());
    }

    [Fact]
    public async Task W16_one_PCI_address_for_two_ENIs_binds_the_one_that_is_there_and_refuses_the_other()
    {
        await using var bench = await AgentBench.StartAsync(environment: NoResync);
        var first = bench.Attach("a", 1, device => device["pciAddress"] = "0000:00:06.0");
        var second = bench.Attach("b", 2, device => device["pciAddress"] = "0000:00:06.0");
        await bench.UntilAdvertised("a");
        await bench.UntilReason("b", ConditionTypes.Configured, Reasons.PciAddressMismatch);
        Assert.Equal("vfio-pci", bench.Node.Device(first)!.Driver);
        Assert.Equal("ena", bench.Node.Device(second)!.Driver);
    }

    [Fact]
    public async Task W20_what_was_deleted_while_no_agent_ran_is_given_back_withdrawn_and_let_go()
    {
        await using var bench = await AgentBench.StartAsync(environment: NoResync);
        var address = bench.Attach("a", 1);
        await bench.UntilAdvertised("a");
        await bench.StopAgentAsync();
        bench.Delete("a");
        Assert.Equal("vfio-pci", bench.Node.Device(address)!.Driver);
        bench.StartAgent();
        await bench.Until(() => !bench.HasFinalizer("a", Names.DeviceFinalizer), "the release");
        Assert.Equal("ena", bench.Node.Device(address)!.Driver);
        Assert.DoesNotContain(address, await File.ReadAllTextAsync(bench.PluginFile, AgentBench.Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task W20_after_a_reboot_the_device_plugin_reads_its_unchanged_file_again()
    {
        await using var bench = await AgentBench.StartAsync(environment: NoResync);
        bench.Attach("a", 1);
        await bench.UntilAdvertised("a");
        var file = await File.ReadAllTextAsync(bench.PluginFile, AgentBench.Stop);
        var boot = bench.Node.BootId;
        await bench.StopAgentAsync();
        await bench.Cluster.RebootNodeAsync(bench.NodeName, AgentBench.Stop);
        bench.StartAgent();
        await bench.Until(
            () =>
                bench.Find("a")!["status"]!["device"]?["bootID"]?.GetValue<string>() is { } reported
                && reported != boot
                && bench.IsTrue("a", ConditionTypes.Advertised)
                && bench.Allocatable(Resource) == "1",
            "the resource after the reboot"
        );
        Assert.Equal(file, await File.ReadAllTextAsync(bench.PluginFile, AgentBench.Stop));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(403)]
    [InlineData(429)]
    public async Task W21_an_error_of_the_API_server_is_no_deletion(int status)
    {
        await using var bench = await AgentBench.StartAsync(environment: ("CHECK_INTERVAL", "1s"));
        var address = bench.Attach("a", 1);
        await bench.UntilAdvertised("a");
        var file = await File.ReadAllTextAsync(bench.PluginFile, AgentBench.Stop);
        var failed = 0;
        bench.Cluster.Kubernetes.Faults.BeforeRequest = request =>
        {
            if (request.UserAgent != AgentBench.Program)
            {
                return ValueTask.FromResult<FaultAction?>(null);
            }

            Interlocked.Increment(ref failed);
            return ValueTask.FromResult<FaultAction?>(new FaultAction.Fail(status, 0));
        };
        bench.Cluster.Kubernetes.Faults.DropWatches(resource: "eniattachments");
        bench.Cluster.Kubernetes.Faults.DropWatches(resource: "nodes");
        await bench.Until(() => Volatile.Read(ref failed) >= 4, "the agent to ask again");
        // A restart falls into the same time.
        await bench.StopAgentAsync();
        bench.StartAgent();
        var asked = Volatile.Read(ref failed);
        await bench.Until(() => Volatile.Read(ref failed) >= asked + 2, "the next agent to ask");
        Assert.Equal("vfio-pci", bench.Node.Device(address)!.Driver);
        Assert.Equal(file, await File.ReadAllTextAsync(bench.PluginFile, AgentBench.Stop));
        bench.Cluster.Kubernetes.Faults.BeforeRequest = null;
        bench.Attach("b", 2);
        await bench.UntilAdvertised("b");
        Assert.Equal("vfio-pci", bench.Node.Device(address)!.Driver);
    }

    [Fact]
    public async Task W22_many_devices_at_once_end_bound_published_and_counted_without_a_loss()
    {
        await using var bench = await AgentBench.StartAsync(environment: NoResync);
        var addresses = Enumerable
            .Range(1, 8)
            .Select(index => bench.Attach($"eni-{index}", index, device => device["resourceName"] = $"intel.com/pool_{index % 2}"))
            .ToList();
        for (var index = 1; index <= 8; index++)
        {
            await bench.UntilAdvertised($"eni-{index}");
        }

        Assert.Equal(("4", "4"), (bench.Allocatable("intel.com/pool_0"), bench.Allocatable("intel.com/pool_1")));
        Assert.All(addresses, address => Assert.Equal("vfio-pci", bench.Node.Device(address)!.Driver));
    }

    [Fact]
    public async Task W23_an_agent_watches_only_what_is_its_nodes_and_a_settled_one_asks_for_nothing()
    {
        await using var bench = await AgentBench.StartClusterAsync(
            environment: [("CHECK_INTERVAL", "1s"), ("USE_NETLINK", "false"), ("DEFAULT_MTU", "9001")]
        );
        bench.Cluster.Kubernetes.Faults.KeepsLog = true;
        bench.StartAgent();
        bench.Attach("a", 1);
        bench.Attach("b", 2, Plain);
        await bench.UntilAdvertised("a");
        await bench.Until(() => bench.IsTrue("b", ConditionTypes.Configured), "the link");
        Assert.All(
            Asked(bench).Where(request => request.Verb is "list" or "watch"),
            request =>
                Assert.Contains(request.Resource == "eniattachments" ? "labelSelector" : "fieldSelector", request.Query, StringComparison.Ordinal)
        );

        // A repaired link shows that another resync has passed; the first may still have to carry
        // out something of the start. Not many of them: whoever undoes a link again and again is
        // answered more slowly.
        await ResyncAsync(bench);
        var before = Asked(bench).Count;
        for (var round = 0; round < 2; round++)
        {
            await ResyncAsync(bench);
        }

        Assert.Empty(Asked(bench).Skip(before).Select(request => $"{request.Verb} {request.Path}"));
    }

    private static List<RequestInfo> Asked(AgentBench bench) =>
        [.. bench.Cluster.Kubernetes.Faults.Log.Where(request => request.UserAgent == AgentBench.Program)];

    private static async Task ResyncAsync(AgentBench bench)
    {
        bench.Node.SetLinkMtu(Second(bench).Index, 1400);
        await bench.Until(() => Second(bench).Mtu == 9001, "a resync");
    }

    private static SimulatedLink Second(AgentBench bench) => bench.Node.Network().Links.Single(link => link.MacAddress == "02:00:00:00:01:02");

    [Fact]
    public async Task W30_interfaces_that_the_VPC_CNI_makes_for_pods_are_never_taken_for_ENIs()
    {
        await using var bench = await AgentBench.StartAsync(environment: [NoResync, ("DEFAULT_MTU", "1400")]);
        var lower = bench.Node.Network().Links.Single(link => link.Name == "ens5").Index;
        foreach (var name in (string[])["eni0a1b2c3d4e5", "eni9f8e7d6c5b4"])
        {
            bench.Node.AddStackedLink(name, lower);
        }

        var before = bench.Node.Network().Links;
        bench.Attach("a", 1, Plain);
        await bench.Until(() => bench.IsTrue("a", ConditionTypes.Configured), "the link");
        Assert.Equal(before, bench.Node.Network().Links.Where(link => link.MacAddress != "02:00:00:00:01:01"));
    }

    [Fact]
    public async Task W31_an_MTU_of_9001_is_set_before_a_bind_stays_in_the_status_and_is_there_again_afterwards()
    {
        await using var bench = await AgentBench.StartAsync(environment: [NoResync, ("DEFAULT_MTU", "9001")]);
        bench.Attach("a", 1);
        await bench.UntilAdvertised("a");
        Assert.Equal(9001, bench.Find("a")!["status"]!["device"]!["mtu"]!.GetValue<int>());
        bench.Cluster.Kubernetes.Store.Change("eniattachments.networking.k8s.aws", "a", live => Plain(live["spec"]!["device"]!.AsObject()));
        await bench.Until(
            () => bench.Node.Network().Links.FirstOrDefault(link => link.MacAddress == "02:00:00:00:01:01") is { Mtu: 9001, Up: true },
            "the link with its MTU"
        );
    }
}
