using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Simulator.Nodes.Cluster;

namespace MultiEni.Simulator.Tests.Cluster;

public sealed class SimulatedClusterTests
{
    private const string Resource = "intel.com/sriov_dpdk";
    private const string Bound = "0000:00:06.0";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cluster_has_nodes_in_turn_over_its_zones()
    {
        await using var cluster = await SimulatedCluster.StartAsync(new SimulatedClusterOptions(), Cancelled);

        var nodes = cluster.Kubernetes.Store.List("nodes");
        Assert.Equal(3, nodes.Count);
        Assert.Equal(["us-east-1a", "us-east-1a", "us-east-1b"], cluster.Nodes.Select(node => node.Zone).Order());
        Assert.All(
            nodes,
            node =>
            {
                Assert.Matches(@"^ip-10-0-\d+-\d+\.us-east-1\.compute\.internal$", node["metadata"]!["name"]!.GetValue<string>());
                Assert.Equal("multi-eni", node["metadata"]!["labels"]!["ng"]!.GetValue<string>());
                Assert.Equal("m5.4xlarge", node["metadata"]!["labels"]!["node.kubernetes.io/instance-type"]!.GetValue<string>());
                Assert.Matches("^aws:///us-east-1[ab]/i-[0-9a-f]{17}$", node["spec"]!["providerID"]!.GetValue<string>());
                Assert.Null(node["spec"]!["taints"]);
                Assert.Equal("16", node["status"]!["allocatable"]!["cpu"]!.GetValue<string>());
            }
        );
        Assert.Equal(2, cluster.Kubernetes.Store.List("customresourcedefinitions.apiextensions.k8s.io").Count);
        Assert.Contains(cluster.Ec2.World.Subnets, subnet => subnet is { Id: "subnet-12345678", AvailabilityZone: "us-east-1a" });
        Assert.Contains(cluster.Ec2.World.SecurityGroups, group => group.Id == "sg-12345678");
        Assert.Equal(["multus-a", "multus-b"], cluster.Network.MultusSubnets.Select(subnet => subnet.Tags["Name"]));
        Assert.Empty(await cluster.LeftoversAsync(Cancelled));
    }

    [Fact]
    public async Task A_plugin_without_a_file_crash_loops_and_a_replaced_pod_reads_the_file_that_came_meanwhile()
    {
        await using var cluster = await OneNodeAsync();
        var node = cluster.Nodes[0].Name;
        await UntilAsync(cluster, () => WaitingReason(Plugin(cluster)) == "CrashLoopBackOff");
        var first = Plugin(cluster)!;
        Assert.Equal(node, first["spec"]!["nodeName"]!.GetValue<string>());
        Assert.Equal("/etc/pcidp", first["spec"]!["volumes"]![0]!["hostPath"]!["path"]!.GetValue<string>());

        await OfferBoundDeviceAsync(cluster);
        cluster.Kubernetes.Store.Delete("pods", Name(first), "kube-system");

        await UntilAsync(cluster, () => Allocatable(cluster, Resource) == "1");
        await UntilAsync(cluster, () => Plugin(cluster)?["status"]?["phase"]?.GetValue<string>() == "Running");
        Assert.NotEqual(Uid(first), Uid(Plugin(cluster)!));
        Assert.Contains("All servers started.", await cluster.DevicePluginLogAsync(node, Cancelled));
    }

    [Fact]
    public async Task A_crash_loop_pauses_longer_each_time_and_ends_when_the_file_is_good()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var cluster = await OneNodeAsync(new SimulatedClusterOptions { TimeProvider = time });
        await UntilAsync(
            cluster,
            () => WaitingReason(Plugin(cluster)) == "CrashLoopBackOff" && Message(cluster).StartsWith("back-off 10s", StringComparison.Ordinal)
        );

        time.Advance(TimeSpan.FromSeconds(10));
        await UntilAsync(cluster, () => Message(cluster).StartsWith("back-off 20s", StringComparison.Ordinal));
        await OfferBoundDeviceAsync(cluster);
        time.Advance(TimeSpan.FromSeconds(20));

        await UntilAsync(cluster, () => Allocatable(cluster, Resource) == "1");
        await UntilAsync(cluster, () => Plugin(cluster)!["status"]!["containerStatuses"]![0]!["restartCount"]!.GetValue<int>() == 2);
    }

    [Fact]
    public async Task The_file_is_read_at_the_start_only()
    {
        await using var cluster = await OneNodeAsync();
        await OfferBoundDeviceAsync(cluster, restart: true);
        await UntilAsync(cluster, () => Allocatable(cluster, Resource) == "1");

        await File.WriteAllTextAsync(cluster.PcidpFile(cluster.Nodes[0].Name), """{"resourceList":[]}""", Cancelled);
        await cluster.DevicePluginLogAsync(cluster.Nodes[0].Name, Cancelled);
        Assert.Equal("1", Allocatable(cluster, Resource));

        cluster.Kubernetes.Store.Delete("pods", Name(Plugin(cluster)!), "kube-system");
        await UntilAsync(cluster, () => Allocatable(cluster, Resource) == "0");
    }

    [Fact]
    public async Task A_pod_with_a_device_holds_it_open_until_it_is_deleted()
    {
        await using var cluster = await OneNodeAsync();
        var host = cluster.Nodes[0].Host;
        await OfferBoundDeviceAsync(cluster, restart: true);
        await UntilAsync(cluster, () => Allocatable(cluster, Resource) == "1");
        CreatePod(cluster, "app");

        await UntilAsync(cluster, () => Phase(cluster, "app") == "Running");
        var pod = cluster.Kubernetes.Store.Get("pods", "app", "default");
        Assert.Equal($$"""{"{{Resource}}":["{{Bound}}"]}""", pod["metadata"]!["annotations"]!["simulator/allocated-devices"]!.GetValue<string>());
        Assert.Equal(
            $$"""{"PCIDEVICE_INTEL_COM_SRIOV_DPDK":"{{Bound}}"}""",
            pod["metadata"]!["annotations"]!["simulator/environment"]!.GetValue<string>()
        );
        Assert.Equal(
            Bound,
            pod["status"]!["containerStatuses"]![0]!["allocatedResourcesStatus"]![0]!["resources"]![0]!["resourceID"]!.GetValue<string>()
        );
        Assert.True(host.Device(Bound)!.Held);
        var unbind = host.WriteAsync("/sys/bus/pci/drivers/vfio-pci/unbind", Bound, Cancelled);
        Assert.False(unbind.IsCompleted);

        cluster.Kubernetes.Store.Delete("pods", "app", "default");

        Assert.Equal(0, await unbind);
        await UntilAsync(cluster, () => cluster.Kubernetes.Store.Find("pods", "app", "default") is null);
    }

    [Fact]
    public async Task A_pod_that_fits_nowhere_says_why_and_starts_when_there_is_room()
    {
        await using var cluster = await OneNodeAsync();
        await OfferBoundDeviceAsync(cluster, restart: true);
        await UntilAsync(cluster, () => Allocatable(cluster, Resource) == "1");
        CreatePod(cluster, "first");
        await UntilAsync(cluster, () => Phase(cluster, "first") == "Running");
        CreatePod(cluster, "second");
        CreatePod(cluster, "third", selector: "elsewhere");

        await UntilAsync(
            cluster,
            () => Unschedulable(cluster, "second").StartsWith($"0/1 nodes are available: 1 Insufficient {Resource}.", StringComparison.Ordinal)
        );
        await UntilAsync(
            cluster,
            () => Unschedulable(cluster, "third").Contains("didn't match Pod's node affinity/selector", StringComparison.Ordinal)
        );

        cluster.Kubernetes.Store.Delete("pods", "first", "default");
        await UntilAsync(cluster, () => Phase(cluster, "second") == "Running");
    }

    [Fact]
    public async Task A_tainted_node_takes_only_pods_that_bear_it()
    {
        await using var cluster = await OneNodeAsync();
        var node = cluster.Nodes[0].Name;
        cluster.Kubernetes.Store.Change(
            "nodes",
            node,
            live =>
                live["spec"]!["taints"] = new JsonArray(new JsonObject { ["key"] = "networking.k8s.aws/eni-not-ready", ["effect"] = "NoSchedule" })
        );
        CreatePod(cluster, "app", devices: 0);
        await UntilAsync(
            cluster,
            () => Unschedulable(cluster, "app").Contains("untolerated taint {networking.k8s.aws/eni-not-ready: }", StringComparison.Ordinal)
        );

        cluster.Kubernetes.Store.Change("nodes", node, live => live["spec"]!.AsObject().Remove("taints"));

        await UntilAsync(cluster, () => Phase(cluster, "app") == "Running");
    }

    [Fact]
    public async Task A_pod_placed_by_hand_without_a_device_for_it_is_not_admitted()
    {
        await using var cluster = await OneNodeAsync();
        CreatePod(cluster, "app", node: cluster.Nodes[0].Name);

        await UntilAsync(cluster, () => Phase(cluster, "app") == "Failed");

        Assert.Equal("UnexpectedAdmissionError", cluster.Kubernetes.Store.Get("pods", "app", "default")["status"]!["reason"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_reboot_ends_pods_with_devices_and_the_plugin_reads_its_file_again()
    {
        await using var cluster = await OneNodeAsync();
        await OfferBoundDeviceAsync(cluster, restart: true);
        await UntilAsync(cluster, () => Allocatable(cluster, Resource) == "1");
        CreatePod(cluster, "app");
        await UntilAsync(cluster, () => Phase(cluster, "app") == "Running");

        await cluster.RebootNodeAsync(cluster.Nodes[0].Name, Cancelled);

        await UntilAsync(cluster, () => Phase(cluster, "app") == "Failed");
        // The file asks for vfio-pci, and after a boot the device has its kernel driver.
        await UntilAsync(cluster, () => Allocatable(cluster, Resource) == "0");
        await UntilAsync(cluster, () => Plugin(cluster)?["status"]?["containerStatuses"]?[0]?["restartCount"]?.GetValue<int>() > 0);
        Assert.False(cluster.Nodes[0].Host.Device(Bound)!.Held);
    }

    [Fact]
    public async Task A_terminated_node_loses_its_kernel_at_once_and_its_Node_later()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var cluster = await SimulatedCluster.StartAsync(
            new SimulatedClusterOptions
            {
                TimeProvider = time,
                Timings = new ClusterTimings { NodeRemoval = TimeSpan.FromMinutes(1) },
            },
            Cancelled
        );
        var node = cluster.Nodes[0];
        CreatePod(cluster, "app", devices: 0, node: node.Name);
        await UntilAsync(cluster, () => Phase(cluster, "app") == "Running");

        await cluster.TerminateNodeAsync(node.Name, Cancelled);

        await UntilAsync(cluster, () => cluster.Hosts.OfInstance(node.InstanceId) is null);
        Assert.NotNull(cluster.Kubernetes.Store.Find("nodes", node.Name));
        time.Advance(TimeSpan.FromMinutes(1));
        await UntilAsync(cluster, () => cluster.Kubernetes.Store.Find("nodes", node.Name) is null);
        await UntilAsync(cluster, () => cluster.Kubernetes.Store.List("pods", fields: $"spec.nodeName={node.Name}").Count == 0);
    }

    [Fact]
    public async Task A_node_can_be_replaced_under_its_name()
    {
        await using var cluster = await OneNodeAsync();
        var old = cluster.Nodes[0];
        var uid = Uid(cluster.Kubernetes.Store.Get("nodes", old.Name));

        var replacement = await cluster.ReplaceNodeAsync(old.Name, Cancelled);

        Assert.Equal(old.Name, replacement.Name);
        Assert.NotEqual(old.InstanceId, replacement.InstanceId);
        Assert.Same(replacement.Host, cluster.Host(old.Name));
        Assert.NotEqual(uid, Uid(cluster.Kubernetes.Store.Get("nodes", old.Name)));
        await UntilAsync(cluster, () => WaitingReason(Plugin(cluster)) == "CrashLoopBackOff");
    }

    [Fact]
    public async Task What_is_not_back_to_the_start_is_named()
    {
        await using var cluster = await OneNodeAsync();
        await OfferBoundDeviceAsync(cluster);
        cluster.Kubernetes.Store.Create(
            "nodeenis.networking.k8s.aws",
            JsonNode
                .Parse(
                    """{"metadata":{"name":"a"},"spec":{"nodeSelector":{"ng":"multi-eni"},"subnetID":"subnet-12345678","securityGroupIDs":["sg-12345678"]}}"""
                )!
                .AsObject()
        );

        var leftovers = await cluster.LeftoversAsync(Cancelled);

        Assert.Contains(leftovers, words => words.Contains("nodeenis.networking.k8s.aws a exists", StringComparison.Ordinal));
        Assert.Contains(leftovers, words => words.Contains("has driver vfio-pci instead of ena", StringComparison.Ordinal));
        Assert.Contains(leftovers, words => words.Contains("driver_override vfio-pci", StringComparison.Ordinal));
        Assert.Contains(leftovers, words => words.Contains("device plugin entry", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Programs_get_everything_they_need_to_act_on_the_cluster()
    {
        await using var cluster = await OneNodeAsync();
        var node = cluster.Nodes[0].Name;

        var manager = cluster.ManagerEnvironment(node);
        Assert.Equal(node, manager["NODE_NAME"]);
        Assert.Matches(@"^http://127\.0\.0\.1:\d+/hosts/ip-10-0-", manager["ENI_MANAGER_HOST"]);
        Assert.True(Directory.Exists(Path.GetDirectoryName(manager["SRIOV_DP_CONFIG_PATH"])));
        Assert.True(Directory.Exists(Path.GetDirectoryName(manager["INTERFACE_MAPPING_STORE_PATH"])));
        var controller = cluster.ControllerEnvironment();
        Assert.Equal("us-east-1", controller["AWS_REGION"]);
        Assert.Equal(cluster.Ec2.BaseAddress, new Uri(controller["AWS_ENDPOINT_URL_EC2"]));
        Assert.True(File.Exists(controller["KUBECONFIG"]));
    }

    private static Task<SimulatedCluster> OneNodeAsync(SimulatedClusterOptions? options = null) =>
        SimulatedCluster.StartAsync((options ?? new SimulatedClusterOptions()) with { Nodes = 1 }, Cancelled);

    /// <summary>
    /// What the agent does: a device bound to vfio-pci, and an entry for it in the plugin's file.
    /// </summary>
    private static async Task OfferBoundDeviceAsync(SimulatedCluster cluster, bool restart = false)
    {
        var node = cluster.Nodes[0];
        node.Host.Plug("02:00:00:00:99:01", []);
        foreach (
            var (path, text) in new[]
            {
                ("/sys/module/vfio/parameters/enable_unsafe_noiommu_mode", "1"),
                ("/sys/bus/pci/drivers/ena/unbind", Bound),
                ($"/sys/bus/pci/devices/{Bound}/driver_override", "vfio-pci"),
                ("/sys/bus/pci/drivers/vfio-pci/bind", Bound),
            }
        )
        {
            Assert.Equal(0, await node.Host.WriteAsync(path, text, Cancelled));
        }

        await File.WriteAllTextAsync(
            cluster.PcidpFile(node.Name),
            $$$"""{"resourceList":[{"resourceName":"sriov_dpdk","selectors":{"drivers":["vfio-pci"],"pciAddresses":["{{{Bound}}}"]}}]}""",
            Cancelled
        );
        if (restart)
        {
            await UntilAsync(cluster, () => Plugin(cluster) is not null);
            var first = Plugin(cluster)!;
            cluster.Kubernetes.Store.Delete("pods", Name(first), "kube-system");
            await UntilAsync(
                cluster,
                () =>
                    Plugin(cluster) is { } second
                    && Uid(second) != Uid(first)
                    && second["status"]?["containerStatuses"]?[0]?["ready"]?.GetValue<bool>() is true
            );
        }
    }

    private static void CreatePod(SimulatedCluster cluster, string name, int devices = 1, string? node = null, string? selector = null)
    {
        var spec = new JsonObject
        {
            ["containers"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = "app",
                    ["image"] = "dpdk-app:latest",
                    ["resources"] = new JsonObject
                    {
                        ["requests"] = new JsonObject { ["cpu"] = "500m", ["memory"] = "1Gi" },
                        ["limits"] = devices == 0 ? new JsonObject() : new JsonObject { [Resource] = devices.ToString() },
                    },
                }
            ),
        };
        if (node is not null)
        {
            spec["nodeName"] = node;
        }

        if (selector is not null)
        {
            spec["nodeSelector"] = new JsonObject { ["ng"] = selector };
        }

        cluster.Kubernetes.Store.Create(
            "pods",
            new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "default" },
                ["spec"] = spec,
            }
        );
    }

    private static JsonObject? Plugin(SimulatedCluster cluster) =>
        cluster.Kubernetes.Store.List("pods", "kube-system", labels: "app=sriovdp,name=sriov-device-plugin").SingleOrDefault();

    private static string? WaitingReason(JsonObject? pod) =>
        pod?["status"]?["containerStatuses"]?[0]?["state"]?["waiting"]?["reason"]?.GetValue<string>();

    private static string Message(SimulatedCluster cluster) =>
        Plugin(cluster)?["status"]?["containerStatuses"]?[0]?["state"]?["waiting"]?["message"]?.GetValue<string>() ?? "";

    private static string Allocatable(SimulatedCluster cluster, string resource) =>
        cluster.Kubernetes.Store.Get("nodes", cluster.Nodes[0].Name)["status"]!["allocatable"]![resource]?.GetValue<string>() ?? "";

    private static string Phase(SimulatedCluster cluster, string pod) =>
        cluster.Kubernetes.Store.Find("pods", pod, "default")?["status"]?["phase"]?.GetValue<string>() ?? "";

    private static string Unschedulable(SimulatedCluster cluster, string pod) =>
        cluster.Kubernetes.Store.Find("pods", pod, "default")?["status"]?["conditions"]?[0] is { } condition
        && condition["status"]!.GetValue<string>() == "False"
            ? condition["message"]!.GetValue<string>()
            : "";

    private static string Name(JsonObject obj) => obj["metadata"]!["name"]!.GetValue<string>();

    private static string Uid(JsonObject obj) => obj["metadata"]!["uid"]!.GetValue<string>();

    private static async Task UntilAsync(SimulatedCluster cluster, Func<bool> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        deadline.CancelAfter(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            Assert.Null(cluster.Failure);
            if (deadline.IsCancellationRequested)
            {
                var objects = cluster.Kubernetes.Store.List("pods").Concat(cluster.Kubernetes.Store.List("nodes"));
                Assert.Fail(string.Join('\n', objects.Select(obj => obj.ToString())));
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancelled);
        }
    }
}
