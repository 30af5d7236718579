using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Cli.Tests.Status;

public class StatusCommandTests
{
    private const string NotLoaded = "The driver vfio-pci is not loaded.";

    [Fact]
    public async Task Problems_come_first_with_their_reason_and_the_way_to_the_remedy()
    {
        await using var cluster = await TwoNodeEnisAsync();

        var run = await cluster.RunAsync("status");

        Assert.Equal(1, run.Code);
        Assert.Equal(
            """
            ✗ dpdk  1/2 ENIs ready on 2 nodes  DriverModuleUnavailable
            ├─ ✗ ip-10-0-0-5.internal
            │  └─ ✗ eni-00000000000000001  Attached  index 1  0000:00:06.0  vfio-pci  DriverModuleUnavailable
            │        The driver vfio-pci is not loaded.
            └─ ✓ ip-10-0-0-4.internal
               └─ ✓ eni-00000000000000001  Attached  index 1  0000:00:06.0  vfio-pci  intel.com/sriov_dpdk
            ✓ plain  1/1 ENIs ready on 1 nodes
            └─ ✓ ip-10-0-0-4.internal
               └─ ✓ eni-00000000000000002  Attached  index 2  0000:00:07.0  vfio-pci  intel.com/sriov_dpdk
            1 of 2 NodeENIs are ready, 2 of 3 ENIs.
            To troubleshoot, run: kubectl eni explain DriverModuleUnavailable

            """,
            run.Output
        );
    }

    [Fact]
    public async Task Retained_ENIs_are_counted()
    {
        await using var cluster = await TwoNodeEnisAsync();
        cluster.Server.Store.Change("nodeenis.networking.k8s.aws", "plain", live => live["status"]!["retainedENIs"] = 3, WriteOptions.Status);

        Assert.Contains("✓ plain  1/1 ENIs ready on 1 nodes, 3 retained\n", (await cluster.RunAsync("status")).Output, StringComparison.Ordinal);
        var json = JsonNode.Parse((await cluster.RunAsync("status", "plain", "-o", "json")).Output)!;
        Assert.Equal(3, json["nodeEnis"]![0]!["retainedEnis"]!.GetValue<int>());
    }

    [Fact]
    public async Task One_NodeENI_is_shown_alone_and_its_state_is_the_exit_code()
    {
        await using var cluster = await TwoNodeEnisAsync();

        var ready = await cluster.RunAsync("status", "plain");
        var troubled = await cluster.RunAsync("status", "nodeeni/dpdk");

        Assert.Equal((0, 1), (ready.Code, troubled.Code));
        Assert.StartsWith("✓ plain  1/1", ready.Output);
        Assert.DoesNotContain("dpdk  1/2", ready.Output);
    }

    [Theory]
    [InlineData("ip-10-0-0-5.internal")]
    [InlineData("ip-10-0-0-5")]
    [InlineData("node/ip-10-0-0-5.internal")]
    public async Task A_node_is_shown_with_its_NodeENIs_also_with_those_that_gave_it_nothing(string name)
    {
        await using var cluster = await TwoNodeEnisAsync();
        cluster.NodeEni("zone-b", 0, 0, 2, TestCluster.Degraded(Reasons.NoSubnetInZone, "no subnet is in zone b"));

        var run = await cluster.RunAsync("status", name);

        Assert.Equal(1, run.Code);
        Assert.Equal(
            """
            ✗ ip-10-0-0-5.internal  0/1 ENIs ready
            ├─ ✗ dpdk
            │  └─ ✗ eni-00000000000000001  Attached  index 1  0000:00:06.0  vfio-pci  DriverModuleUnavailable
            │        The driver vfio-pci is not loaded.
            ├─ ✗ zone-b  no ENI on this node
            │     no subnet is in zone b
            └─ ✓ plain  no ENI on this node
                  1 of 1 ENIs are ready on 1 nodes
            To troubleshoot, run: kubectl eni explain DriverModuleUnavailable
            To troubleshoot, run: kubectl eni explain NoSubnetInZone

            """,
            run.Output
        );
    }

    [Fact]
    public async Task Thousands_of_nodes_fit_on_a_screen_and_all_are_there_for_who_asks()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster.NodeEni("big", 270, 300, 300, TestCluster.Degraded(Reasons.DriverModuleUnavailable, $"node-0000: {NotLoaded}; and 29 more"));
        for (var node = 0; node < 300; node++)
        {
            cluster.Eni("big", $"node-{node:D4}", 1, node < 30 ? Reasons.DriverModuleUnavailable : null, NotLoaded);
        }

        var brief = await cluster.RunAsync("status");
        var full = await cluster.RunAsync("status", "--all");

        Assert.InRange(brief.Output.Count(letter => letter == '\n'), 10, 20);
        Assert.Contains("25 more failing, 270 more ready (--all shows them)", brief.Output);
        Assert.Contains("node-0299", full.Output);
        Assert.DoesNotContain("more ready", full.Output);
    }

    [Fact]
    public async Task Wide_shows_addresses_too()
    {
        await using var cluster = await TwoNodeEnisAsync();

        var run = await cluster.RunAsync("status", "plain", "-o", "wide");

        Assert.Contains("i-0123456789abcdef0", run.Output);
        Assert.Contains("10.0.1.7  02:00:00:00:00:01  mtu 9001  subnet-12345678", run.Output);
    }

    [Theory]
    [InlineData("json")]
    [InlineData("yaml")]
    public async Task Programs_get_every_node_and_the_same_exit_code(string format)
    {
        await using var cluster = await TwoNodeEnisAsync();

        var run = await cluster.RunAsync("status", "-o", format);

        var report = format == "json" ? JsonNode.Parse(run.Output)! : Simulator.Kubernetes.Yaml.YamlDocuments.Parse(run.Output)[0];
        Assert.Equal(1, run.Code);
        Assert.False(report["ready"]!.GetValue<bool>());
        var troubled = report["nodeEnis"]![0]!;
        Assert.Equal(("dpdk", "Trouble"), (troubled["name"]!.GetValue<string>(), troubled["health"]!.GetValue<string>()));
        Assert.Equal("DriverModuleUnavailable", troubled["nodes"]![0]!["enis"]![0]!["reason"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_NodeENI_that_no_controller_has_looked_at_is_not_ready()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster.NodeEni("new", 0, 0, 0);

        var run = await cluster.RunAsync("status");

        Assert.Equal(1, run.Code);
        Assert.Contains("The controller has not reconciled it yet. Check whether the controller runs with `kubectl eni doctor`.", run.Output);
    }

    [Fact]
    public async Task No_NodeENI_is_nothing_wrong()
    {
        await using var cluster = await TestCluster.StartAsync();

        Assert.Equal((0, "No NodeENIs found.\n"), (await cluster.RunAsync("status")) is var run ? (run.Code, run.Output) : default);
    }

    [Fact]
    public async Task A_name_that_nothing_has_is_a_usage_error_that_names_what_there_is()
    {
        await using var cluster = await TwoNodeEnisAsync();

        var run = await cluster.RunAsync("status", "dpkd");

        Assert.Equal(2, run.Code);
        Assert.Equal("error: no NodeENI or node 'dpkd' found\nremedy: Existing NodeENIs: dpdk, plain.\n", run.Error);
    }

    private static async Task<TestCluster> TwoNodeEnisAsync()
    {
        var cluster = await TestCluster.StartAsync();
        return cluster
            .Node("ip-10-0-0-4.internal", ("ng", "multi-eni"))
            .Node("ip-10-0-0-5.internal", ("ng", "multi-eni"))
            .NodeEni("plain", 1, 1, 1, TestCluster.Ready(1, 1))
            .NodeEni("dpdk", 1, 2, 2, TestCluster.Degraded(Reasons.DriverModuleUnavailable, $"ip-10-0-0-5.internal: {NotLoaded}"))
            .Eni("plain", "ip-10-0-0-4.internal", 2)
            .Eni("dpdk", "ip-10-0-0-4.internal", 1)
            .Eni("dpdk", "ip-10-0-0-5.internal", 1, Reasons.DriverModuleUnavailable, NotLoaded);
    }
}
