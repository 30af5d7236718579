using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Simulator;
using MultiEni.Simulator.Kubernetes.Faults;
using MultiEni.Simulator.Kubernetes.Storage;
using MultiEni.Simulator.Nodes;

namespace MultiEni.Manager.Tests.Wire;

public sealed class AgentTests
{
    private const string Resource = "intel.com/intel_sriov_netdevice_1";

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
                        ["name"] = "dpdk",
                        ["image"] = "dpdk-app:latest",
                        ["resources"] = new JsonObject
                        {
                            ["requests"] = new JsonObject { [Resource] = "1" },
                            ["limits"] = new JsonObject { [Resource] = "1" },
                        },
                    }
                ),
            },
        };

    [Fact]
    public async Task An_ENI_is_bound_published_and_counted_and_the_status_tells_all_of_it()
    {
        await using var bench = await AgentBench.StartAsync();
        var address = bench.Attach("a", 1);
        await bench.UntilAdvertised("a");
        Assert.Equal("vfio-pci", bench.Node.Device(address)!.Driver);
        Assert.Equal("1", bench.Allocatable(Resource));
        Assert.True(bench.IsTrue("a", ConditionTypes.Configured));
        Assert.True(bench.IsTrue("a", ConditionTypes.Bound));
        Assert.True(bench.HasFinalizer("a", Names.DeviceFinalizer));
        var device = bench.Find("a")!["status"]!["device"]!;
        Assert.Equal(
            (address, "1d0f", "ec20", "vfio-pci", "noiommu", Resource, true),
            (
                device["pciAddress"]!.GetValue<string>(),
                device["vendorID"]!.GetValue<string>(),
                device["deviceID"]!.GetValue<string>(),
                device["driver"]!.GetValue<string>(),
                device["iommu"]!.GetValue<string>(),
                device["resourceName"]!.GetValue<string>(),
                device["advertised"]!.GetValue<bool>()
            )
        );
        Assert.Equal(bench.Node.BootId, device["bootID"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_settled_node_costs_no_write()
    {
        await using var bench = await AgentBench.StartAsync(environment: ("CHECK_INTERVAL", "1s"));
        bench.Attach("a", 1);
        await bench.UntilAdvertised("a");
        await bench.StopAgentAsync();
        var version = bench.Find("a")!["metadata"]!["resourceVersion"]!.GetValue<string>();
        var log = bench.Log.Length;
        bench.StartAgent();
        await bench.Until(() => bench.Log.Length > log, "the next agent to start");
        bench.Cluster.Kubernetes.Store.MergePatch(
            "nodes",
            bench.NodeName,
            new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["x"] = "y" } } }
        );
        bench.Attach("b", 2, device => device["use"] = "Plain");
        await bench.Until(() => bench.IsTrue("b", ConditionTypes.Configured), "the other ENI");
        Assert.Equal(version, bench.Find("a")!["metadata"]!["resourceVersion"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_plain_ENI_is_brought_up_with_its_MTU_and_not_advertised()
    {
        await using var bench = await AgentBench.StartAsync(environment: ("DEFAULT_MTU", "9001"));
        bench.Attach(
            "a",
            1,
            device =>
            {
                device["use"] = "Plain";
                device.Remove("driver");
            }
        );
        await bench.Until(() => bench.IsTrue("a", ConditionTypes.Configured), "the link");
        Assert.Equal(9001, bench.Find("a")!["status"]!["device"]!["mtu"]!.GetValue<int>());
        Assert.Null(bench.Condition("a", ConditionTypes.Advertised));
        Assert.Null(bench.Condition("a", ConditionTypes.Bound));
    }

    [Fact]
    public async Task A_deleted_attachment_ends_with_the_kernel_driver_and_without_the_finalizer()
    {
        await using var bench = await AgentBench.StartAsync();
        var address = bench.Attach("a", 1);
        await bench.UntilAdvertised("a");
        bench.Delete("a");
        await bench.Until(() => !bench.HasFinalizer("a", Names.DeviceFinalizer), "the release");
        Assert.Equal("ena", bench.Node.Device(address)!.Driver);
        Assert.NotEqual("1", bench.Allocatable(Resource));
        Assert.True(bench.HasFinalizer("a", Names.EniFinalizer));
    }

    [Fact]
    public async Task An_attachment_deleted_before_its_ENI_came_is_let_go_at_once()
    {
        await using var bench = await AgentBench.StartAsync();
        bench.Create("a", 1, null);
        await bench.Until(() => bench.Log.Contains("not attached yet", StringComparison.Ordinal), "a look at it");
        Assert.False(bench.HasFinalizer("a", Names.DeviceFinalizer));
        Assert.Null(bench.Find("a")!["status"]);
        bench.Delete("a");
        Assert.False(bench.HasFinalizer("a", Names.DeviceFinalizer));
    }

    [Fact]
    public async Task A_device_that_a_pod_has_is_given_back_when_the_pod_ends_and_until_then_the_pod_is_named()
    {
        await using var bench = await AgentBench.StartAsync();
        var address = bench.Attach("a", 1);
        await bench.UntilAdvertised("a");
        bench.Cluster.Kubernetes.Store.Create("pods", Pod(bench, "app"));
        await bench.Until(
            () => bench.Cluster.Kubernetes.Store.Find("pods", "app", "default")?["status"]?["phase"]?.GetValue<string>() == "Running",
            "the pod"
        );
        bench.Delete("a");
        await bench.UntilReason("a", ConditionTypes.Released, Reasons.DeviceInUse, "default/app");
        Assert.Equal("vfio-pci", bench.Node.Device(address)!.Driver);
        bench.Cluster.Kubernetes.Store.Delete("pods", "app", "default");
        await bench.Until(() => !bench.HasFinalizer("a", Names.DeviceFinalizer), "the release");
        Assert.Equal("ena", bench.Node.Device(address)!.Driver);
    }

    [Fact]
    public async Task A_pod_that_has_not_opened_its_device_counts_as_well()
    {
        await using var bench = await AgentBench.StartAsync();
        bench.Attach(
            "a",
            1,
            device =>
            {
                device["use"] = "Advertised";
                device.Remove("driver");
            }
        );
        await bench.UntilAdvertised("a");
        bench.Cluster.Kubernetes.Store.Create("pods", Pod(bench, "app"));
        bench.Delete("a");
        await bench.UntilReason("a", ConditionTypes.Released, Reasons.DeviceInUse, "default/app");
        bench.Cluster.Kubernetes.Store.Delete("pods", "app", "default");
        await bench.Until(() => !bench.HasFinalizer("a", Names.DeviceFinalizer), "the release");
    }

    [Fact]
    public async Task A_wrong_dpdkPCIAddress_does_not_make_the_agent_forget_where_the_device_is()
    {
        await using var bench = await AgentBench.StartAsync();
        var address = bench.Attach("a", 1, device => device["use"] = "Plain");
        await bench.Until(() => bench.IsTrue("a", ConditionTypes.Configured), "the device");
        bench.Cluster.Kubernetes.Store.Change(
            "eniattachments.networking.k8s.aws",
            "a",
            live => live["spec"]!["device"]!["pciAddress"] = "0000:00:1f.0"
        );
        await bench.UntilReason("a", ConditionTypes.Configured, Reasons.PciDeviceNotFound);
        Assert.Equal(address.ToString(), bench.Find("a")!["status"]!["device"]?["pciAddress"]?.GetValue<string>());
    }

    /// <summary>The controller has none to write when the ENI vanished from EC2.</summary>
    [Fact]
    public async Task An_interface_in_a_pod_is_waited_for_though_its_hardware_address_is_not_on_record_any_more()
    {
        await using var bench = await AgentBench.StartAsync();
        var address = bench.Attach("a", 1, device => device["use"] = "Plain");
        await bench.Until(() => bench.IsTrue("a", ConditionTypes.Configured), "the device");
        bench.Node.MoveToPodNamespace(address);
        bench.Cluster.Kubernetes.Store.Change(
            "eniattachments.networking.k8s.aws",
            "a",
            live => live["status"]!["network"] = new JsonObject { ["state"] = "Pending", ["eniID"] = "eni-a" },
            WriteOptions.Status
        );
        bench.Delete("a");
        await bench.UntilReason("a", ConditionTypes.Released, Reasons.DeviceInUse, "not in the host's network namespace");
        Assert.True(bench.HasFinalizer("a", Names.DeviceFinalizer));
        await bench.Node.UnplugAsync("02:00:00:00:01:01", AgentBench.Stop);
        await bench.Until(() => !bench.HasFinalizer("a", Names.DeviceFinalizer), "the release");
    }

    [Fact]
    public async Task A_device_that_some_process_has_open_is_not_given_back()
    {
        await using var bench = await AgentBench.StartAsync();
        var address = bench.Attach("a", 1);
        await bench.UntilAdvertised("a");
        using (bench.Node.HoldOpen(address))
        {
            bench.Delete("a");
            await bench.UntilReason("a", ConditionTypes.Released, Reasons.DeviceInUse);
            Assert.Equal("vfio-pci", bench.Node.Device(address)!.Driver);
        }

        await bench.Until(() => !bench.HasFinalizer("a", Names.DeviceFinalizer), "the release");
    }

    [Fact]
    public async Task A_wrong_PCI_address_is_refused_with_both_values_and_nothing_is_touched()
    {
        await using var bench = await AgentBench.StartAsync();
        var address = bench.Attach("a", 1, device => device["pciAddress"] = "0000:00:05.0");
        await bench.UntilReason("a", ConditionTypes.Configured, Reasons.PciAddressMismatch, "0000:00:05.0", address);
        Assert.All(bench.Node.Devices(), device => Assert.NotEqual("vfio-pci", device.Driver));
    }

    [Fact]
    public async Task A_PCI_address_without_a_device_is_named_with_the_remedy()
    {
        await using var bench = await AgentBench.StartAsync();
        bench.Announce("a", 1, device => device["pciAddress"] = "0000:00:1e.0", "02:00:00:00:01:01");
        await bench.UntilReason("a", ConditionTypes.Configured, Reasons.PciDeviceNotFound, "0000:00:1e.0");
    }

    [Fact]
    public async Task A_missing_driver_module_is_said_and_the_bind_follows_when_it_is_there()
    {
        await using var bench = await AgentBench.StartAsync(new SimulatedClusterOptions { Host = new SimulatedHostOptions { Modules = [] } });
        bench.Attach("a", 1);
        await bench.UntilReason("a", ConditionTypes.Bound, Reasons.DriverModuleUnavailable, "modprobe vfio-pci");
        bench.Node.LoadModule("vfio_pci");
        await bench.UntilAdvertised("a");
    }

    [Fact]
    public async Task A_device_that_fails_does_not_hold_up_another()
    {
        await using var bench = await AgentBench.StartAsync();
        bench.Attach("a", 1, device => device["pciAddress"] = "0000:00:05.0");
        bench.Attach("b", 2);
        await bench.UntilAdvertised("b");
        await bench.UntilReason("a", ConditionTypes.Configured, Reasons.PciAddressMismatch);
    }

    [Fact]
    public async Task After_a_reboot_the_device_is_found_anew_bound_and_counted_again_although_its_address_changed()
    {
        await using var bench = await AgentBench.StartAsync(
            new SimulatedClusterOptions { Host = new SimulatedHostOptions { ReassignsAddressesAtReboot = true } }
        );
        bench.Attach("a", 1);
        await bench.UntilAdvertised("a");
        var boot = bench.Node.BootId;
        await bench.StopAgentAsync();
        await bench.Cluster.RebootNodeAsync(bench.NodeName, AgentBench.Stop);
        Assert.NotEqual(boot, bench.Node.BootId);
        bench.StartAgent();
        await bench.Until(
            () =>
                bench.IsTrue("a", ConditionTypes.Advertised)
                && bench.Find("a")!["status"]!["device"]!["bootID"]!.GetValue<string>() == bench.Node.BootId,
            "the device after the reboot"
        );
        Assert.Equal("vfio-pci", bench.Node.DeviceByMac("02:00:00:00:01:01")!.Driver);
    }

    [Fact]
    public async Task A_reboot_under_a_running_agent_is_noticed()
    {
        await using var bench = await AgentBench.StartAsync(environment: ("CHECK_INTERVAL", "1s"));
        bench.Attach("a", 1);
        await bench.UntilAdvertised("a");
        await bench.Cluster.RebootNodeAsync(bench.NodeName, AgentBench.Stop);
        await bench.Until(
            () =>
                bench.IsTrue("a", ConditionTypes.Advertised)
                && bench.Find("a")!["status"]!["device"]!["bootID"]!.GetValue<string>() == bench.Node.BootId,
            "the device after the reboot"
        );
    }

    [Fact]
    public async Task Losing_the_API_server_changes_nothing_on_the_node()
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
            return ValueTask.FromResult<FaultAction?>(new FaultAction.Fail(503, 0));
        };
        bench.Cluster.Kubernetes.Faults.DropWatches(resource: "eniattachments");
        await bench.Until(() => Volatile.Read(ref failed) >= 4, "the agent to ask again");
        Assert.Equal("vfio-pci", bench.Node.Device(address)!.Driver);
        Assert.Equal(file, await File.ReadAllTextAsync(bench.PluginFile, AgentBench.Stop));
        bench.Cluster.Kubernetes.Faults.BeforeRequest = null;
        bench.Attach("b", 2);
        await bench.UntilAdvertised("b");
    }

    [Fact]
    public async Task What_was_bound_for_an_attachment_that_is_gone_is_given_back_by_the_next_agent()
    {
        await using var bench = await AgentBench.StartAsync();
        var address = bench.Attach("a", 1);
        await bench.UntilAdvertised("a");
        await bench.StopAgentAsync();
        bench.Cluster.Kubernetes.Store.Change("eniattachments.networking.k8s.aws", "a", live => live["metadata"]!["finalizers"] = new JsonArray());
        bench.Delete("a");
        Assert.Null(bench.Find("a"));
        bench.StartAgent();
        await bench.Until(() => bench.Node.Device(address)!.Driver == "ena", "the orphan to be given back");
        await bench.Until(() => bench.Allocatable(Resource) != "1", "the resource to be gone");
    }

    [Fact]
    public async Task An_orphan_is_said_to_be_released_once_and_so_is_the_next_one_at_its_address()
    {
        await using var bench = await AgentBench.StartAsync();
        var address = bench.Attach("a", 1);
        for (var round = 1; round <= 2; round++)
        {
            await bench.UntilAdvertised("a");
            bench.Cluster.Kubernetes.Store.Change(
                "eniattachments.networking.k8s.aws",
                "a",
                live => live["metadata"]!["finalizers"] = new JsonArray()
            );
            bench.Delete("a");
            await bench.Until(() => bench.Log.Split($"{address} is released").Length - 1 == round, "the release");
            Assert.Equal("ena", bench.Node.Device(address)!.Driver);
            bench.Announce("a", 1, null, "02:00:00:00:01:01");
        }
    }

    [Fact]
    public async Task Killed_before_any_of_its_writes_and_started_again_the_agent_ends_with_a_bound_and_counted_device()
    {
        for (var write = 0; ; write++)
        {
            await using var bench = await AgentBench.StartClusterAsync();
            var address = bench.Attach("a", 1);
            var crashed = await bench.RunUntilWriteAsync(write, () => bench.IsTrue("a", ConditionTypes.Advertised));
            if (!crashed)
            {
                Assert.True(write > 5, $"only {write} writes were seen");
                return;
            }

            bench.StartAgent();
            await bench.UntilAdvertised("a");
            Assert.Equal("vfio-pci", bench.Node.Device(address)!.Driver);
            Assert.Equal("1", bench.Allocatable(Resource));
        }
    }

    [Fact]
    public async Task A_file_of_the_documented_form_is_migrated_and_what_others_wrote_is_kept()
    {
        const string Before = """
            {"resourceList":[
              {"resourceName":"gpus","deviceType":"accelerator","selectors":{"vendors":["10de"]}},
              {"resourceName":"intel.com/intel_sriov_netdevice_1","deviceType":"netdevice","devices":[{"pciAddress":"0000:00:06.0","driver":"vfio-pci"}]}]}
            """;
        await using var bench = await AgentBench.StartAsync(new SimulatedClusterOptions { InitialPluginFile = Before });
        bench.Attach("a", 1);
        await bench.UntilAdvertised("a");
        var text = await File.ReadAllTextAsync(bench.PluginFile, AgentBench.Stop);
        Assert.Contains("gpus", text, StringComparison.Ordinal);
        Assert.DoesNotContain("netdevice\"", text.Replace("intel_sriov_netdevice", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_devices_share_a_resource()
    {
        await using var bench = await AgentBench.StartAsync();
        bench.Attach("a", 1, device => device["resourceName"] = "intel.com/dpdk");
        bench.Attach("b", 2, device => device["resourceName"] = "intel.com/dpdk");
        await bench.UntilAdvertised("a");
        await bench.UntilAdvertised("b");
        Assert.Equal("2", bench.Allocatable("intel.com/dpdk"));
        bench.Delete("a");
        await bench.Until(() => !bench.HasFinalizer("a", Names.DeviceFinalizer), "the release");
        Assert.Equal("1", bench.Allocatable("intel.com/dpdk"));
    }

    [Fact]
    public async Task With_ENABLE_DPDK_false_nothing_is_bound_and_the_switch_is_named()
    {
        await using var bench = await AgentBench.StartAsync(environment: ("ENABLE_DPDK", "false"));
        var address = bench.Attach("a", 1);
        await bench.UntilReason("a", ConditionTypes.Bound, "DpdkDisabled", "ENABLE_DPDK");
        Assert.Equal("ena", bench.Node.Device(address)!.Driver);
    }

    [Fact]
    public async Task When_the_NodeENI_no_longer_asks_for_DPDK_the_device_goes_back_to_the_kernel()
    {
        await using var bench = await AgentBench.StartAsync();
        var address = bench.Attach("a", 1);
        await bench.UntilAdvertised("a");
        bench.Cluster.Kubernetes.Store.Change(
            "eniattachments.networking.k8s.aws",
            "a",
            live => live["spec"]!["device"] = new JsonObject { ["use"] = "Plain" }
        );
        await bench.Until(
            () => bench.IsTrue("a", ConditionTypes.Configured) && bench.Condition("a", ConditionTypes.Bound) is null,
            "the kernel driver"
        );
        Assert.Equal("ena", bench.Node.Device(address)!.Driver);
        Assert.NotEqual("1", bench.Allocatable(Resource));
    }

    [Fact]
    public async Task An_attachment_of_another_node_is_not_touched_even_under_this_nodes_label()
    {
        await using var bench = await AgentBench.StartAsync();
        var foreign = bench.Attach("foreign", 9, node: "another-node");
        bench.Attach("a", 1);
        await bench.UntilAdvertised("a");
        Assert.Equal("ena", bench.Node.Device(foreign)!.Driver);
        Assert.Null(bench.Find("foreign")!["status"]!["device"]);
    }
}
