using MultiEni.Simulator.Nodes;
using MultiEni.Simulator.Nodes.DevicePlugins;

namespace MultiEni.Simulator.Tests.Cluster;

public sealed class DevicePluginTests
{
    private const string Documented = """
        {"resourceList":[
          {"resourcePrefix":"intel.com","resourceName":"intel_sriov_netdevice_1","deviceType":"netDevice",
           "selectors":{"vendors":["1d0f"],"devices":["ec20"],"drivers":["vfio-pci"],"pciAddresses":["0000:00:06.0"]}},
          {"resourceName":"broad","selectors":{"vendors":["1d0f"]}}]}
        """;

    // The tree of docs/reference/sriov-device-plugin.md#what-a-container-gets: the default route, a
    // bound device, one without a driver, another bound one.
    private static readonly SimulatedDevice[] Devices =
    [
        new("0000:00:04.0", "1d0f", "8061", "010802", null, "nvme", null, null, null, false, false),
        Interface("0000:00:05.0", "ena", "eth0"),
        Interface("0000:00:06.0", "vfio-pci", null),
        Interface("0000:00:07.0", null, null),
        Interface("0000:00:08.0", "vfio-pci", null),
    ];

    private static readonly SimulatedNetwork Network = new(
        [new SimulatedLink(2, "eth0", "02:00:00:00:00:05", 9001, Up: true)],
        [],
        [new SimulatedRoute(4, 254, null, "10.0.0.1", 2, 512, 16)],
        []
    );

    // One row of docs/reference/sriov-device-plugin.md#what-is-refused each: the file, the exit
    // code or none, and a part of the log.
    [Theory]
    [InlineData(null, 0, "error reading file")]
    [InlineData("", 0, "please make sure the config is in json format")]
    [InlineData("""{"resourceList":[{},]}""", 0, "please make sure the config is in json format")]
    [InlineData("""{"resourceList":[]}""", 0, "no resource configuration; exiting")]
    [InlineData(
        """{"resourceList":[{"resourceName":"a","selectors":{}},{"resourceName":"b","deviceType":"netdevice"}]}""",
        0,
        "unsupported deviceType:  \"netdevice\""
    )]
    [InlineData("""{"resourceList":[{"resourceName":"a"}]}""", 2, "nil pointer")]
    [InlineData("""{"resourceList":[{"resourceName":"a","selectors":null}]}""", 2, "nil pointer")]
    [InlineData("""{"resourceList":[{"resourceName":"a","selectors":[]}]}""", 0, "need at least one selector, got 0")]
    [InlineData("""{"resourceList":[{"resourceName":"intel.com/a","selectors":{}}]}""", 1, "contains invalid characters")]
    [InlineData("""{"resourceList":[{"resourceName":"a.b","selectors":{}}]}""", 1, "contains invalid characters")]
    [InlineData(
        """{"resourceList":[{"resourceName":"a","selectors":{}},{"resourcePrefix":"intel.com","resourceName":"a","selectors":{}}]}""",
        1,
        "already exists"
    )]
    [InlineData("""{"resourceList":[{"resourceName":7,"selectors":{}}]}""", 0, "cannot unmarshal")]
    [InlineData("""{"resourceList":[{"resourceName":"a","selectors":{"devices":[{"pciAddress":"x"}]}}]}""", 0, "unable to get SelectorObj")]
    public void A_bad_file_ends_the_plugin(string? file, int exitCode, string logged)
    {
        var crashed = Assert.IsType<DevicePluginRun.Crashed>(Start(file));

        Assert.Equal(exitCode, crashed.ExitCode);
        Assert.Contains(crashed.Log, line => line.Contains(logged, StringComparison.Ordinal));
    }

    [Fact]
    public void The_file_of_the_specification_is_refused_four_times_over()
    {
        const string file =
            """{"resourceList":[{"resourceName":"intel.com/intel_sriov_netdevice_1","deviceType":"netdevice","devices":[{"pciAddress":"0000:00:06.0","driver":"vfio-pci"}]}]}""";

        Assert.Equal(0, Assert.IsType<DevicePluginRun.Crashed>(Start(file)).ExitCode);
        var corrected = file.Replace("netdevice\",\"dev", "netDevice\",\"dev", StringComparison.Ordinal);
        Assert.Equal(2, Assert.IsType<DevicePluginRun.Crashed>(Start(corrected)).ExitCode);
        corrected = corrected.Replace("\"devices\"", "\"selectors\":{},\"devices\"", StringComparison.Ordinal);
        Assert.Equal(1, Assert.IsType<DevicePluginRun.Crashed>(Start(corrected)).ExitCode);
        corrected = corrected.Replace("intel.com/", "", StringComparison.Ordinal);
        Assert.Equal(
            ["0000:00:05.0", "0000:00:06.0", "0000:00:08.0"],
            Assert.IsType<DevicePluginRun.Serving>(Start(corrected)).Devices["intel.com/intel_sriov_netdevice_1"]
        );
    }

    [Fact]
    public void The_documented_pools_get_the_devices_that_the_real_plugin_gave_them()
    {
        var serving = Assert.IsType<DevicePluginRun.Serving>(Start(Documented, DevicePluginRelease.V36));

        Assert.Equal(["0000:00:06.0"], serving.Devices["intel.com/intel_sriov_netdevice_1"]);
        Assert.Equal(["0000:00:08.0"], serving.Devices["intel.com/broad"]);
        Assert.Contains("Cannot add device [0000:00:06.0]. Already allocated.", serving.Log);
        Assert.Contains(serving.Log, line => line.Contains("error getting driver info for device 0000:00:07.0", StringComparison.Ordinal));
    }

    [Fact]
    public void Newer_releases_offer_the_interface_with_the_default_route()
    {
        var serving = Assert.IsType<DevicePluginRun.Serving>(Start(Documented));

        Assert.Equal(["0000:00:05.0", "0000:00:08.0"], serving.Devices["intel.com/broad"]);
    }

    [Theory]
    [InlineData("""{"pciAddresses":[]}""", 3)]
    [InlineData("""{"pciAddresses":["0000:00:06.0"],"drivers":["ena"]}""", 0)]
    [InlineData("""{"DRIVERS":["vfio-pci"],"unknown":1}""", 2)]
    [InlineData("""{"pfNames":["eth0"]}""", 0)]
    [InlineData("""{"linkTypes":["ether"]}""", 1)]
    [InlineData("""{"linkTypes":["infiniband"]}""", 0)]
    [InlineData("""{"isRdma":true}""", 0)]
    [InlineData("""{"IsRdma":false,"vendors":["1D0F"]}""", 0)]
    [InlineData("""[{"pciAddresses":["0000:00:06.0"]},{"pciAddresses":["0000:00:08.0"]}]""", 2)]
    [InlineData("""{"vendors":["1d0f"],"devices":["ec20"],"drivers":["vfio-pci"],"pciAddresses":["ffff:ff:1f.7"]}""", 0)]
    public void A_selector_admits_what_the_plugin_admits(string selectors, int count)
    {
        var serving = Assert.IsType<DevicePluginRun.Serving>(Start($$"""{"resourceList":[{"resourceName":"a","selectors":{{selectors}}}]}"""));

        Assert.Equal(count, serving.Devices.GetValueOrDefault("intel.com/a", []).Count);
    }

    [Fact]
    public void Lists_of_selectors_are_lost_on_old_releases()
    {
        const string file = """{"resourceList":[{"resourceName":"a","selectors":[{"vendors":["1d0f"]}]}]}""";

        Assert.IsType<DevicePluginRun.Crashed>(Start(file, DevicePluginRelease.V35));
        Assert.IsType<DevicePluginRun.Serving>(Start(file, DevicePluginRelease.V36));
    }

    [Fact]
    public void A_hyphen_in_any_resource_name_ends_an_old_release_with_all_its_resources()
    {
        const string file =
            """{"resourceList":[{"resourceName":"good","selectors":{}},{"resourceName":"ena-dpdk","selectors":{"vendors":["8086"]}}]}""";

        var crashed = Assert.IsType<DevicePluginRun.Crashed>(Start(file, DevicePluginRelease.V35));
        Assert.Equal(1, crashed.ExitCode);
        Assert.Contains("resource name \"ena-dpdk\" contains invalid characters", crashed.Log);
        Assert.IsType<DevicePluginRun.Serving>(Start(file, DevicePluginRelease.V36));
    }

    [Fact]
    public void The_kubelet_refuses_a_resource_with_a_bad_prefix()
    {
        var serving = Assert.IsType<DevicePluginRun.Serving>(
            Start(
                """{"resourceList":[{"resourcePrefix":"Intel_com","resourceName":"a","selectors":{}},{"resourcePrefix":"x.kubernetes.io","resourceName":"a","selectors":{}}]}"""
            )
        );

        Assert.Empty(serving.Devices);
    }

    [Theory]
    [InlineData("intel.com/intel_sriov_netdevice_1", "PCIDEVICE_INTEL_COM_INTEL_SRIOV_NETDEVICE_1")]
    [InlineData("amazon.com/ena-dpdk", "PCIDEVICE_AMAZON_COM_ENA-DPDK")]
    public void The_variable_of_a_resource_keeps_its_hyphens(string resource, string variable) =>
        Assert.Equal(variable, AllocatedEnvironment.NameFor(resource));

    private static DevicePluginRun Start(string? file, DevicePluginRelease release = DevicePluginRelease.V38) =>
        DevicePlugin.Start(file, release, Devices, Network);

    private static SimulatedDevice Interface(string address, string? driver, string? name) =>
        new(address, "1d0f", "ec20", "020000", "02:00:00:00:00:05", driver, null, name, null, false, false);
}
