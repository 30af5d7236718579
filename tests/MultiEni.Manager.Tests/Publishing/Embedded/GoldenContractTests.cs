using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Publishing;
using MultiEni.Simulator.Nodes;
using MultiEni.Simulator.Nodes.Kubelets;

namespace MultiEni.Manager.Tests.Publishing.Embedded;

/// <summary>
/// What the SR-IOV device plugin gives to pods
/// (docs/reference/sriov-device-plugin.md#what-a-container-gets), the embedded one gives as well.
/// </summary>
public sealed class GoldenContractTests
{
    private const string Resource = "intel.com/intel_sriov_netdevice_1";
    private const string Variable = "PCIDEVICE_INTEL_COM_INTEL_SRIOV_NETDEVICE_1";
    private static readonly KubeletDeviceNode Container = new("/dev/vfio/vfio", "/dev/vfio/vfio", "rw");

    [Fact]
    public async Task A_plugin_registers_under_the_resources_name_with_a_socket_in_the_kubelets_folder()
    {
        await using var bench = await EmbeddedBench.StartAsync();
        var device = await bench.PlugAsync(1, Resource);
        await bench.OfferAsync(device);
        var registration = Assert.Single(bench.Kubelet.Registrations);
        Assert.Equal(
            (Resource, "v1beta1", false, true),
            (registration.Resource, registration.Version, registration.PreStartRequired, registration.PrefersDevices)
        );
        Assert.Equal(Path.GetFileName(registration.Endpoint), registration.Endpoint);
        Assert.True(File.Exists(Path.Combine(bench.Kubelet.PluginFolder, registration.Endpoint)));
        Assert.Equal([new KubeletDevice(device.Address.ToString(), true, [])], bench.Kubelet.Devices(Resource), Same);
    }

    [Fact]
    public async Task Without_an_IOMMU_a_container_gets_the_noiommu_node_under_the_groups_plain_name()
    {
        await using var bench = await EmbeddedBench.StartAsync();
        var device = await bench.PlugAsync(1, Resource);
        await bench.OfferAsync(device);
        var group = bench.Node.Device(device.Address.ToString())!.IommuGroup;
        var grant = await bench.AllocateAsync(device);
        Assert.Equal([Container, new KubeletDeviceNode($"/dev/vfio/noiommu-{group}", $"/dev/vfio/{group}", "rw")], grant.DeviceNodes);
        Assert.Equal(device.Address.ToString(), grant.Environment[Variable]);
        Assert.True(
            JsonNode.DeepEquals(
                JsonNode.Parse(
                    $$"""{"{{device.Address}}":{"generic":{"deviceID":"{{device.Address}}"},"vfio":{"mount":"/dev/vfio/vfio","dev-mount":"/dev/vfio/{{group}}"} } }"""
                ),
                JsonNode.Parse(grant.Environment[Variable + "_INFO"])
            )
        );
        Assert.Equal(2, grant.Environment.Count);
        Assert.Empty(grant.Mounts);
        Assert.Empty(grant.Annotations);
    }

    [Fact]
    public async Task A_container_is_told_of_the_ENI_in_the_variable_and_in_a_file_that_is_kept_up_to_date()
    {
        await using var bench = await EmbeddedBench.StartAsync();
        var device = await bench.PlugAsync(1, Resource);
        await bench.OfferAsync(device);
        var network = new EniNetwork
        {
            EniId = "eni-a",
            MacAddress = "02:00:00:00:00:01",
            Addresses = ["10.0.1.6/24", "10.0.1.7/24"],
            Gateway = "10.0.1.1",
            Mtu = 9001,
            SubnetId = "subnet-1",
            SubnetCidr = "10.0.1.0/24",
        };
        bench.Networks.Begin(address => address == device.Address ? network : null);

        var grant = await bench.AllocateAsync(device);
        Assert.Equal(
            """{"addresses":"10.0.1.6/24","eniID":"eni-a","gateway":"10.0.1.1","macAddress":"02:00:00:00:00:01","mtu":"9001","subnetCIDR":"10.0.1.0/24","subnetID":"subnet-1"}""",
            JsonNode.Parse(grant.Environment[Variable + "_INFO"])![device.Address.ToString()]!["extra"]!.ToJsonString()
        );
        var folder = grant.Mounts[$"/var/run/eni.networking.k8s.aws/{device.Address}"];
        var file = Path.Combine(folder, "network.json");
        Assert.Equal(network.ToJson().ToJsonString() + "\n", await File.ReadAllTextAsync(file, EmbeddedBench.Stop));

        network = network with { Addresses = [.. network.Addresses, "10.0.1.8/24"] };
        await bench.Publisher.RepairAsync(EmbeddedBench.Stop);
        Assert.Contains("10.0.1.8/24", await File.ReadAllTextAsync(file, EmbeddedBench.Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_an_IOMMU_a_container_gets_the_groups_node()
    {
        await using var bench = await EmbeddedBench.StartAsync(new SimulatedHostOptions { Iommu = IommuKind.GroupPerDevice });
        var device = await bench.PlugAsync(1, Resource);
        await bench.OfferAsync(device);
        var group = bench.Node.Device(device.Address.ToString())!.IommuGroup;
        Assert.False(bench.Node.Device(device.Address.ToString())!.NoIommu);
        Assert.Equal(
            [Container, new KubeletDeviceNode($"/dev/vfio/{group}", $"/dev/vfio/{group}", "rw")],
            (await bench.AllocateAsync(device)).DeviceNodes
        );
    }

    [Theory]
    [InlineData("igb_uio")]
    [InlineData("uio_pci_generic")]
    public async Task Of_a_uio_driver_a_container_gets_the_uio_node(string driver)
    {
        await using var bench = await EmbeddedBench.StartAsync(new SimulatedHostOptions { Modules = [driver] });
        var device = await bench.PlugAsync(1, Resource, driver);
        await bench.OfferAsync(device);
        var grant = await bench.AllocateAsync(device);
        Assert.Equal([new KubeletDeviceNode("/dev/uio0", "/dev/uio0", "rw")], grant.DeviceNodes);
        Assert.Equal(device.Address.ToString(), grant.Environment[Variable]);
    }

    [Fact]
    public async Task A_device_of_the_kernel_driver_comes_with_its_address_and_no_node()
    {
        await using var bench = await EmbeddedBench.StartAsync();
        var device = await bench.PlugAsync(1, Resource, "ena");
        await bench.OfferAsync(device);
        var grant = await bench.AllocateAsync(device);
        Assert.Empty(grant.DeviceNodes);
        Assert.Equal(device.Address.ToString(), grant.Environment[Variable]);
    }

    [Fact]
    public async Task Two_devices_for_one_container_share_the_vfio_node_and_stand_in_one_variable()
    {
        await using var bench = await EmbeddedBench.StartAsync();
        var (one, two) = (await bench.PlugAsync(1, Resource), await bench.PlugAsync(2, Resource));
        await bench.OfferAsync(one);
        await bench.OfferAsync(two);
        var grant = await bench.AllocateAsync(two, one);
        Assert.Equal($"{two.Address},{one.Address}", grant.Environment[Variable]);
        Assert.Equal(3, grant.DeviceNodes.Count);
        Assert.Equal(3, grant.DeviceNodes.Distinct().Count());
    }

    [Fact]
    public async Task Two_resources_are_two_plugins_with_a_socket_each_and_do_not_mix()
    {
        await using var bench = await EmbeddedBench.StartAsync();
        var (one, two) = (await bench.PlugAsync(1, Resource), await bench.PlugAsync(2, "amazon.com/ena-dpdk"));
        await bench.OfferAsync(one);
        await bench.OfferAsync(two);
        Assert.Equal(2, bench.Kubelet.Registrations.Select(registration => registration.Endpoint).Distinct().Count());
        Assert.Equal(one.Address.ToString(), Assert.Single(bench.Kubelet.Devices(Resource)).Id);
        Assert.Equal(two.Address.ToString(), Assert.Single(bench.Kubelet.Devices("amazon.com/ena-dpdk")).Id);

        // A hyphen stays, as with the SR-IOV device plugin.
        Assert.Equal(two.Address.ToString(), (await bench.AllocateAsync(two)).Environment["PCIDEVICE_AMAZON_COM_ENA-DPDK"]);
        var mixed = await Assert.ThrowsAsync<PluginCallException>(() =>
            bench.Kubelet.AllocateAsync(Resource, [two.Address.ToString()], EmbeddedBench.Stop)
        );
        Assert.Contains(two.Address.ToString(), mixed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, new long[] { 0 })]
    [InlineData(1, new long[] { 1 })]
    [InlineData(-1, new long[] { })]
    public async Task The_NUMA_node_is_told_where_the_device_has_one(int node, long[] told)
    {
        await using var bench = await EmbeddedBench.StartAsync(new SimulatedHostOptions { NoIommuEnabled = true, NumaNode = node });
        var device = await bench.PlugAsync(1, Resource);
        await bench.OfferAsync(device);
        Assert.Equal(told, Assert.Single(bench.Kubelet.Devices(Resource)).NumaNodes);
    }

    [Fact]
    public async Task Asked_for_its_preference_the_plugin_names_the_lowest_addresses()
    {
        await using var bench = await EmbeddedBench.StartAsync();
        var devices = new List<OfferedDevice>();
        for (var i = 1; i <= 3; i++)
        {
            devices.Add(await bench.PlugAsync(i, Resource));
            await bench.OfferAsync(devices[^1]);
        }

        var free = devices.Select(device => device.Address.ToString()).Reverse().ToList();
        Assert.Equal(free.Order().Take(2), await bench.Kubelet.ChooseAsync(Resource, free, 2, EmbeddedBench.Stop));
    }

    [Fact]
    public async Task After_a_restart_of_the_kubelet_every_resource_is_registered_again_by_itself()
    {
        await using var bench = await EmbeddedBench.StartAsync();
        var (one, two) = (await bench.PlugAsync(1, Resource), await bench.PlugAsync(2, "amazon.com/dpdk"));
        await bench.OfferAsync(one);
        await bench.OfferAsync(two);
        await bench.Kubelet.RestartAsync(EmbeddedBench.Stop);
        await EmbeddedBench.Until(
            () => bench.Kubelet.Devices(Resource).Count == 1 && bench.Kubelet.Devices("amazon.com/dpdk").Count == 1,
            "both resources at the new kubelet"
        );
        Assert.Equal(one.Address.ToString(), (await bench.AllocateAsync(one)).Environment[Variable]);
        await EmbeddedBench.Until(() => bench.StateOf(one, 1) is OfferState.Confirmed, "the confirmation");
    }

    [Fact]
    public async Task A_kubelet_that_comes_after_the_agent_is_registered_with_and_until_then_that_is_said()
    {
        await using var bench = await EmbeddedBench.StartAsync(withKubelet: false);
        var device = await bench.PlugAsync(1, Resource);
        await bench.Publisher.OfferAsync(device, EmbeddedBench.Stop);
        var pending = Assert.IsType<OfferState.Pending>(bench.StateOf(device, 1));
        Assert.Equal(Reasons.KubeletUnavailable, pending.Why.Reason);
        await bench.StartKubeletAsync();
        await EmbeddedBench.Until(() => bench.Kubelet.Devices(Resource).Count == 1, "the device at the kubelet");
        await EmbeddedBench.Until(() => bench.StateOf(device, 1) is OfferState.Confirmed, "the confirmation");
    }

    [Fact]
    public async Task A_device_that_vanishes_is_unhealthy_at_once_and_no_container_gets_it()
    {
        await using var bench = await EmbeddedBench.StartAsync();
        var device = await bench.PlugAsync(1, Resource);
        await bench.OfferAsync(device);
        bench.Node.Vanish("02:00:00:00:01:01");
        await bench.Publisher.CheckAsync(EmbeddedBench.Stop);
        await EmbeddedBench.Until(() => bench.Kubelet.Devices(Resource) is [{ Healthy: false }], "the device to be unhealthy");
        Assert.Equal(Reasons.DeviceRemoved, Assert.IsType<OfferState.Failed>(bench.StateOf(device, 0)).Why.Reason);
        await Assert.ThrowsAsync<PluginCallException>(() => bench.AllocateAsync(device));
    }

    [Fact]
    public async Task A_device_whose_loss_nobody_noticed_is_refused_when_it_is_asked_for_and_unhealthy_from_then_on()
    {
        await using var bench = await EmbeddedBench.StartAsync();
        var (one, two) = (await bench.PlugAsync(1, Resource), await bench.PlugAsync(2, Resource));
        await bench.OfferAsync(one);
        await bench.OfferAsync(two);
        bench.Node.Vanish("02:00:00:00:01:01");
        var blocker = await Assert.ThrowsAsync<PluginCallException>(() => bench.AllocateAsync(one));
        Assert.Contains("FailedPrecondition", blocker.Message, StringComparison.Ordinal);
        Assert.Contains(
            $"does not give {one.Address} to a container: {one.Address} is gone from the node",
            blocker.Message,
            StringComparison.Ordinal
        );
        await EmbeddedBench.Until(
            () => bench.Kubelet.Devices(Resource).Where(device => device.Healthy).Select(device => device.Id).SequenceEqual([two.Address.ToString()]),
            "only the other device to be healthy"
        );
        await bench.AllocateAsync(two);
    }

    [Fact]
    public async Task A_device_that_somebody_gave_to_another_driver_is_refused_with_both_drivers_named()
    {
        await using var bench = await EmbeddedBench.StartAsync();
        var device = await bench.PlugAsync(1, Resource);
        await bench.OfferAsync(device);
        await bench.WriteAsync("/sys/bus/pci/drivers/vfio-pci/unbind", device.Address.ToString());
        await bench.WriteAsync($"/sys/bus/pci/devices/{device.Address}/driver_override", "\n");
        await bench.WriteAsync("/sys/bus/pci/drivers/ena/bind", device.Address.ToString());
        var blocker = await Assert.ThrowsAsync<PluginCallException>(() => bench.AllocateAsync(device));
        Assert.Contains("held by ena but was advertised with vfio-pci", blocker.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_that_was_withdrawn_is_off_the_list_and_refused_whatever_the_kubelet_still_believes()
    {
        await using var bench = await EmbeddedBench.StartAsync();
        var device = await bench.PlugAsync(1, Resource);
        await bench.OfferAsync(device);
        await bench.Publisher.WithdrawAsync(device.Address, EmbeddedBench.Stop);
        var blocker = await Assert.ThrowsAsync<PluginCallException>(() => bench.AllocateAsync(device));
        Assert.Contains("no longer, advertised as", blocker.Message, StringComparison.Ordinal);
        await EmbeddedBench.Until(() => bench.Kubelet.Announced(Resource)[^1].Count == 0, "the empty list");
        Assert.IsType<OfferState.Withdrawing>(bench.StateOf(device, 1));
        Assert.IsType<OfferState.NotOffered>(bench.StateOf(device, 0));
    }

    [Fact]
    public async Task The_end_of_the_agent_takes_its_devices_from_the_kubelet_and_its_sockets_from_the_folder()
    {
        await using var bench = await EmbeddedBench.StartAsync();
        var device = await bench.PlugAsync(1, Resource);
        await bench.OfferAsync(device);
        var folder = bench.Kubelet.PluginFolder;
        var kept = bench.Kubelet;
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        kept.Changed += (_, _) =>
        {
            if (kept.Devices(Resource).Count == 0)
            {
                gone.TrySetResult();
            }
        };
        await bench.EndAgentAsync();
        await gone.Task.WaitAsync(TimeSpan.FromSeconds(30), EmbeddedBench.Stop);
        Assert.Equal(["kubelet.sock"], Directory.GetFiles(folder).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Multus_finds_the_device_of_a_container_in_its_folder_until_the_device_is_withdrawn()
    {
        await using var bench = await EmbeddedBench.StartAsync();
        var device = await bench.PlugAsync(1, Resource);
        await bench.OfferAsync(device);
        var file = Path.Combine(bench.InfoFolder, $"intel.com-intel_sriov_netdevice_1-{device.Address}-device.json");
        Assert.False(File.Exists(file));
        await bench.AllocateAsync(device);
        Assert.True(
            JsonNode.DeepEquals(
                JsonNode.Parse($$"""{"type":"pci","version":"1.1.0","pci":{"pci-address":"{{device.Address}}"} }"""),
                JsonNode.Parse(await File.ReadAllTextAsync(file, EmbeddedBench.Stop))
            )
        );
        await bench.Publisher.WithdrawAsync(device.Address, EmbeddedBench.Stop);
        Assert.False(File.Exists(file));
    }

    private static bool Same(KubeletDevice left, KubeletDevice right) =>
        left.Id == right.Id && left.Healthy == right.Healthy && left.NumaNodes.SequenceEqual(right.NumaNodes);
}
