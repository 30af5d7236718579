using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Manager.Settings;
using MultiEni.Simulator;

namespace MultiEni.Manager.Tests.Wire;

/// <summary>
/// A whole agent that offers devices by itself, asks the kubelet who has them, or changes from one
/// publisher to the other.
/// </summary>
public sealed class EmbeddedAgentTests
{
    private const string Resource = "intel.com/intel_sriov_netdevice_1";
    private static readonly SimulatedClusterOptions WithoutSriovPlugin = new() { DevicePlugin = null };
    private static readonly (string, string) Embedded = ("DEVICE_PUBLISHER", "embedded");

    [Fact]
    public async Task A_bound_device_is_counted_by_the_node_without_a_plugin_and_a_pod_gets_its_nodes_and_its_address()
    {
        await using var bench = await AgentBench.StartAsync(WithoutSriovPlugin, Embedded);
        var address = bench.Attach("a", 1);
        await bench.UntilAdvertised("a");
        Assert.Equal("1", bench.Allocatable(Resource));
        Assert.False(File.Exists(bench.PluginFile));
        bench.Cluster.Kubernetes.Store.Create("pods", Pod(bench, "app"));
        await bench.Until(() => Phase(bench, "app") == "Running", "the pod");
        var annotations = bench.Cluster.Kubernetes.Store.Find("pods", "app", "default")!["metadata"]!["annotations"]!;
        Assert.Contains(
            $"\"PCIDEVICE_INTEL_COM_INTEL_SRIOV_NETDEVICE_1\":\"{address}\"",
            Text(annotations, "simulator/environment"),
            StringComparison.Ordinal
        );
        Assert.Contains("/dev/vfio/noiommu-", Text(annotations, "simulator/device-nodes"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_that_a_pod_has_is_waited_for_although_another_of_the_same_resource_is_free()
    {
        await using var bench = await AgentBench.StartAsync(WithoutSriovPlugin, Embedded);
        var first = bench.Attach("a", 1, device => device["resourceName"] = Resource);
        var second = bench.Attach("b", 2, device => device["resourceName"] = Resource);
        await bench.UntilAdvertised("a");
        await bench.UntilAdvertised("b");
        bench.Cluster.Kubernetes.Store.Create("pods", Pod(bench, "app"));
        await bench.Until(() => Phase(bench, "app") == "Running", "the pod");
        var held = Assert.Single(bench.Cluster.Kubelet(bench.NodeName).PodDevices());
        var (taken, free) = held.Devices[0] == first ? ("a", "b") : ("b", "a");
        bench.Delete(taken);
        bench.Delete(free);
        await bench.Until(() => !bench.HasFinalizer(free, Names.DeviceFinalizer), "the release of the free device");
        await bench.UntilReason(taken, ConditionTypes.Released, Reasons.DeviceInUse, "default/app");
        bench.Cluster.Kubernetes.Store.Delete("pods", "app", "default");
        await bench.Until(() => !bench.HasFinalizer(taken, Names.DeviceFinalizer), "the release of the other");
        Assert.Equal("ena", bench.Node.Device(first)!.Driver);
        Assert.Equal("ena", bench.Node.Device(second)!.Driver);
    }

    [Fact]
    public async Task When_the_kubelet_does_not_tell_who_has_a_device_every_pod_that_asked_for_one_counts_as_its_user()
    {
        await using var bench = await AgentBench.StartAsync(WithoutSriovPlugin, Embedded);
        bench.Attach("a", 1, KernelDriver);
        await bench.UntilAdvertised("a");
        bench.Cluster.Kubernetes.Store.Create("pods", Pod(bench, "app"));
        await bench.Until(() => Phase(bench, "app") == "Running", "the pod");
        await bench.Cluster.Kubelet(bench.NodeName).StopAsync();
        bench.Delete("a");
        await bench.UntilReason("a", ConditionTypes.Released, Reasons.DeviceInUse, "the kubelet does not answer", "KUBELET_ROOT");
        bench.Cluster.Kubernetes.Store.Delete("pods", "app", "default");
        await bench.Until(() => !bench.HasFinalizer("a", Names.DeviceFinalizer), "the release");
    }

    [Fact]
    public async Task A_restart_of_the_kubelet_is_survived_by_the_offer_and_by_the_pod()
    {
        await using var bench = await AgentBench.StartAsync(WithoutSriovPlugin, Embedded);
        bench.Attach("a", 1);
        await bench.UntilAdvertised("a");
        await bench.Cluster.Kubelet(bench.NodeName).RestartAsync(AgentBench.Stop);
        await bench.Until(() => bench.Cluster.Kubelet(bench.NodeName).Devices(Resource).Count == 1, "the device at the new kubelet");
        await bench.Until(() => bench.Allocatable(Resource) == "1" && bench.IsTrue("a", ConditionTypes.Advertised), "the count");
    }

    [Fact]
    public async Task A_device_that_is_torn_out_is_told_to_the_kubelet_and_never_again_as_healthy()
    {
        await using var bench = await AgentBench.StartAsync(WithoutSriovPlugin, Embedded);
        var address = bench.Attach("a", 1);
        await bench.UntilAdvertised("a");
        bench.Node.Vanish("02:00:00:00:01:01");
        await bench.Until(() => bench.Allocatable(Resource) == "0", "the count to fall");
        var announced = bench.Cluster.Kubelet(bench.NodeName).Announced(Resource);
        // Unhealthy and withdrawn may follow so closely that the kubelet hears of the second alone.
        var afterwards = announced.SkipWhile(devices => devices.Count == 0).SkipWhile(devices => devices is [{ Healthy: true }]).ToList();
        Assert.NotEmpty(afterwards);
        Assert.All(afterwards, devices => Assert.DoesNotContain(devices, device => device.Healthy && device.Id == address));
    }

    [Fact]
    public async Task After_the_change_to_the_embedded_plugin_the_file_is_withdrawn_first_and_then_the_same_resource_goes_on()
    {
        await using var bench = await AgentBench.StartAsync();
        bench.Attach("a", 1);
        await bench.UntilAdvertised("a");
        var address = bench.Node.DeviceByMac("02:00:00:00:01:01")!.Address;
        Assert.Contains(address, await File.ReadAllTextAsync(bench.PluginFile, AgentBench.Stop), StringComparison.Ordinal);
        await bench.StopAgentAsync();

        bench.StartAgent(settings => settings with { DevicePublisher = PublisherChoice.Embedded });
        var kubelet = bench.Cluster.Kubelet(bench.NodeName);
        await bench.Until(() => kubelet.Devices(Resource).Count == 1, "the device at the kubelet's socket");
        Assert.DoesNotContain(address, await File.ReadAllTextAsync(bench.PluginFile, AgentBench.Stop), StringComparison.Ordinal);
        await bench.Until(() => bench.Allocatable(Resource) == "1" && bench.IsTrue("a", ConditionTypes.Advertised), "the count");
        Assert.Equal("vfio-pci", bench.Node.Device(address)!.Driver);
        await bench.StopAgentAsync();

        bench.StartAgent();
        await bench.Until(() => File.ReadAllText(bench.PluginFile).Contains(address, StringComparison.Ordinal), "the file again");
        await bench.Until(() => bench.Allocatable(Resource) == "1" && bench.IsTrue("a", ConditionTypes.Advertised), "the count");
        Assert.Empty(kubelet.Devices(Resource));
    }

    [Fact]
    public async Task With_no_publisher_devices_are_bound_and_nobody_is_told_and_what_was_offered_before_is_withdrawn()
    {
        await using var bench = await AgentBench.StartAsync();
        var address = bench.Attach("a", 1);
        await bench.UntilAdvertised("a");
        await bench.StopAgentAsync();
        bench.StartAgent(settings => settings with { DevicePublisher = PublisherChoice.None });
        await bench.UntilReason("a", ConditionTypes.Advertised, Reasons.NotRequested);
        await bench.Until(() => bench.Allocatable(Resource) == "0", "the withdrawal");
        Assert.True(bench.IsTrue("a", ConditionTypes.Bound));
        Assert.Equal("vfio-pci", bench.Node.Device(address)!.Driver);
        bench.Delete("a");
        await bench.Until(() => !bench.HasFinalizer("a", Names.DeviceFinalizer), "the release");
    }

    [Fact]
    public async Task A_plugin_that_mounts_a_ConfigMap_is_named_with_the_remedy_and_not_restarted()
    {
        await using var bench = await AgentBench.StartAsync(new SimulatedClusterOptions { DevicePluginReadsConfigMap = true });
        string? Plugin() =>
            bench
                .Cluster.Kubernetes.Store.List("pods")
                .Where(pod => pod["metadata"]!["labels"]?["app"]?.GetValue<string>() == "sriovdp")
                .Select(pod => pod["metadata"]!["name"]!.GetValue<string>())
                .SingleOrDefault();
        await bench.Until(() => Plugin() is not null, "the plugin's pod");
        var name = Plugin();
        bench.Attach("a", 1);
        var named = $"kube-system/{name} reads the ConfigMap sriovdp-config";
        await bench.UntilReason("a", ConditionTypes.Advertised, Reasons.DevicePluginFileNotMounted, named, "hostPath");
        Assert.Equal(name, Plugin());
    }

    private static void KernelDriver(JsonObject device)
    {
        device["use"] = "Advertised";
        device.Remove("driver");
    }

    private static string? Phase(AgentBench bench, string pod) =>
        bench.Cluster.Kubernetes.Store.Find("pods", pod, "default")?["status"]?["phase"]?.GetValue<string>();

    private static string Text(JsonNode annotations, string name) => annotations[name]!.GetValue<string>();

    private static JsonObject Pod(AgentBench bench, string name) =>
        new()
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "default" },
            ["spec"] = new JsonObject
            {
                ["nodeName"] = bench.NodeName,
                ["containers"] = new JsonArray(
                    new JsonObject
                    {
                        ["name"] = "app",
                        ["image"] = "dpdk",
                        ["resources"] = new JsonObject { ["limits"] = new JsonObject { [Resource] = "1" } },
                    }
                ),
            },
        };
}
