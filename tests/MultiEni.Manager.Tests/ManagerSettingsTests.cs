using MultiEni.Manager.Binding;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Settings;
using MultiEni.Operator.Configuration;
using MultiEni.Simulator.Kubernetes;

namespace MultiEni.Manager.Tests;

public sealed class ManagerSettingsTests
{
    private static async Task<ManagerSettings> ReadAsync(string[] arguments, params (string Name, string Value)[] environment)
    {
        using var folder = new TemporaryFolder();
        await using var api = await KubernetesSimulator.StartAsync(new KubernetesSimulatorOptions(), TestContext.Current.CancellationToken);
        var variables = environment.ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal);
        variables["KUBECONFIG"] = api.WriteKubeconfig(folder.File("kubeconfig"));
        var reader = new SettingsReader("eni-manager", arguments, variables.GetValueOrDefault);
        var settings = ManagerSettings.Read(reader, variables.GetValueOrDefault);
        reader.Finish();
        return settings;
    }

    [Fact]
    public async Task Defaults_are_those_of_the_documentation()
    {
        var settings = await ReadAsync([]);
        Assert.Equal(TimeSpan.FromSeconds(30), settings.CheckInterval);
        Assert.Equal("/etc/pcidp/config.json", settings.DevicePluginFile);
        Assert.Equal("/var/lib/aws-multi-eni-controller/interface-mappings.json", settings.JournalPath);
        Assert.Equal("vfio-pci", settings.DefaultDriver);
        Assert.Equal("native", settings.BindingScript);
        Assert.Equal(TimeSpan.FromSeconds(2), settings.InterfaceUpTimeout);
        Assert.Equal("kernel", settings.Host);
        Assert.True(settings.DpdkEnabled);
        Assert.Equal(NoIommuMode.Auto, settings.NoIommu);
        Assert.Contains("tunl0", settings.IgnoredInterfaces);
        Assert.Equal(PciIds.ElasticNetworkAdapters, settings.AllowedDevices);
    }

    [Theory]
    [InlineData("eth1", true)]
    [InlineData("ens6", true)]
    [InlineData("enp0s6", true)]
    [InlineData("enX1", true)]
    [InlineData("eni1", true)]
    [InlineData("lo", false)]
    [InlineData("docker0", false)]
    [InlineData("vlan.eth1", false)]
    public async Task The_default_pattern_takes_the_names_that_EC2_interfaces_get(string name, bool matches) =>
        Assert.Equal(matches, (await ReadAsync([])).InterfacePattern.IsMatch(name));

    [Fact]
    public async Task Every_documented_variable_works()
    {
        var settings = await ReadAsync(
            [],
            ("NODE_NAME", "n"),
            ("ENABLE_DPDK", "false"),
            ("DEFAULT_DPDK_DRIVER", "igb_uio"),
            ("DPDK_BINDING_SCRIPT", "/opt/dpdk/dpdk-devbind.py"),
            ("SRIOV_DP_CONFIG_PATH", "/a/config.json"),
            ("INTERFACE_MAPPING_STORE_PATH", "/b/map.json"),
            ("DPDK_RESOURCE_NAMES", "eth1:intel.com/x,eth2:y"),
            ("DEFAULT_MTU", "9001"),
            ("INTERFACE_MTUS", "eth1:1500"),
            ("INTERFACE_UP_TIMEOUT", "5s"),
            ("NOIOMMU_MODE", "never"),
            ("ENI_PATTERN", "^eth"),
            ("IGNORE_INTERFACES", "eth9, eth8"),
            ("ALLOWED_DEVICES", "8086:100e")
        );
        Assert.Equal("n", settings.NodeName);
        Assert.False(settings.DpdkEnabled);
        Assert.Equal("igb_uio", settings.DefaultDriver);
        Assert.Equal("/opt/dpdk/dpdk-devbind.py", settings.BindingScript);
        Assert.Equal("/a/config.json", settings.DevicePluginFile);
        Assert.Equal("/b/map.json", settings.JournalPath);
        Assert.Equal("intel.com/x", settings.ResourceNames["eth1"]);
        Assert.Equal((9001, 1500), (settings.DefaultMtu, settings.InterfaceMtus["eth1"]));
        Assert.Equal(TimeSpan.FromSeconds(5), settings.InterfaceUpTimeout);
        Assert.Equal(NoIommuMode.Never, settings.NoIommu);
        Assert.Equal(["eth9", "eth8"], settings.IgnoredInterfaces);
        Assert.Equal(new PciIds("8086", "100e"), Assert.Single(settings.AllowedDevices));
    }

    [Fact]
    public async Task A_binding_script_is_refused_with_a_simulated_host_since_it_would_act_on_this_machine()
    {
        (string, string) host = ("ENI_MANAGER_HOST", "http://127.0.0.1:1/hosts/a");
        var error = await Assert.ThrowsAsync<SettingsException>(() => ReadAsync([], host, ("DPDK_BINDING_SCRIPT", "/opt/dpdk/dpdk-devbind.py")));
        Assert.Contains("simulated host", error.Message, StringComparison.Ordinal);
        Assert.Equal("native", (await ReadAsync([], host)).BindingScript);
    }

    [Fact]
    public async Task A_flag_beats_the_environment() =>
        Assert.Equal("^ens", (await ReadAsync(["--eni-pattern=^ens"], ("ENI_PATTERN", "^eth"))).InterfacePattern.ToString());

    [Fact]
    public async Task Bad_values_stop_the_start_all_together_each_with_its_name()
    {
        var error = await Assert.ThrowsAsync<SettingsException>(() =>
            ReadAsync(
                [],
                ("ENI_MANAGER_HOST", "http://10.0.0.1/"),
                ("ENI_PATTERN", "("),
                ("ALLOWED_DEVICES", "amazon"),
                ("INTERFACE_MTUS", "eth1:70000"),
                ("DPDK_BINDING_SCRIPT", "devbind.py"),
                ("NOIOMMU_MODE", "perhaps")
            )
        );
        Assert.Equal(6, error.Errors.Count);
        Assert.DoesNotContain("must be must", error.Message, StringComparison.Ordinal);
        Assert.All(
            ["ENI_MANAGER_HOST", "ENI_PATTERN", "ALLOWED_DEVICES", "INTERFACE_MTUS", "DPDK_BINDING_SCRIPT", "NOIOMMU_MODE"],
            name => Assert.Contains(name, error.Message, StringComparison.Ordinal)
        );
    }
}
