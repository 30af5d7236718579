using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Scenarios.Staging;
using MultiEni.Simulator.Nodes.DevicePlugins;

namespace MultiEni.Scenarios.Stories;

/// <summary>
/// Devices that pods cannot get, because of what others do to the SR-IOV device plugin's file or
/// because of what the plugin does not take: the user reads the reason and what helps in the
/// NodeENI, does it, and the device is offered. Needs the simulated cluster.
/// </summary>
public sealed class DevicePluginStories
{
    private const string Wildcard =
        """{"resourceList":[{"resourceName":"broad","selectors":{"vendors":["1d0f"],"devices":["ec20"],"drivers":["vfio-pci"]}}]}""";

    [Fact]
    public async Task An_entry_of_others_that_takes_the_device_is_named_and_the_device_is_offered_once_it_is_narrowed()
    {
        await using var stage = await Stage.StartAsync(
            new StageOptions { Nodes = 1, Cluster = options => options with { InitialPluginFile = Wildcard } }
        );
        await stage.ApplyAsync(Manifests.NodeEni("dpdk", "enableDPDK: true", "dpdkResourceName: intel.com/mine"));

        var message = await stage.UntilReasonAsync("dpdk", ConditionTypes.Degraded, Reasons.DeviceSelectedByOtherEntry);
        Assert.Contains("resourceList[0] (resource intel.com/broad)", message, StringComparison.Ordinal);
        Assert.Contains("pciAddresses", message, StringComparison.Ordinal);
        Assert.Equal(Wildcard, await File.ReadAllTextAsync(PluginFile(stage), Stage.Stop));

        await File.WriteAllTextAsync(PluginFile(stage), Wildcard.Replace("vfio-pci", "igb_uio", StringComparison.Ordinal), Stage.Stop);
        await stage.UntilReadyAsync("dpdk", 1);
        Assert.Equal("1", await stage.AllocatableAsync(stage.Nodes[0], "intel.com/mine"));
        await stage.DeleteNodeEniAsync("dpdk");
    }

    [Fact]
    public async Task A_resource_name_with_a_hyphen_ends_an_old_plugin_with_all_its_resources_and_is_named_as_the_reason()
    {
        await using var stage = await Stage.StartAsync(
            new StageOptions { Nodes = 1, Cluster = options => options with { DevicePlugin = DevicePluginRelease.V35 } }
        );
        await stage.ApplyAsync(Manifests.NodeEni("good", "enableDPDK: true", "dpdkResourceName: intel.com/ena_good", "deviceIndex: 1"));
        await stage.UntilReadyAsync("good", 1);
        await stage.ApplyAsync(Manifests.NodeEni("bad", "enableDPDK: true", "dpdkResourceName: intel.com/ena-bad", "deviceIndex: 2"));

        foreach (var nodeEni in (string[])["bad", "good"])
        {
            var message = await stage.UntilReasonAsync(nodeEni, ConditionTypes.Degraded, Reasons.ResourceNameHyphen);
            Assert.Contains("intel.com/ena-bad has a hyphen", message, StringComparison.Ordinal);
            Assert.Contains("underscores", message, StringComparison.Ordinal);
        }

        Assert.Equal("0", await stage.AllocatableAsync(stage.Nodes[0], "intel.com/ena_good") ?? "0");
        await stage.ApplyAsync(Manifests.NodeEni("bad", "enableDPDK: true", "dpdkResourceName: intel.com/ena_bad", "deviceIndex: 2"));
        await stage.UntilReadyAsync("bad", 1);
        await stage.UntilReadyAsync("good", 1);
        await stage.DeleteNodeEniAsync("bad");
        await stage.DeleteNodeEniAsync("good");
        await stage.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_plugin_file_that_cannot_be_written_is_named_with_its_path_and_error_and_no_pod_is_restarted_for_it()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 1, StartsPrograms = false });
        var folder = Path.GetDirectoryName(PluginFile(stage))!;
        Directory.Delete(folder, recursive: true);
        await File.WriteAllTextAsync(folder, "", Stage.Stop);
        var plugin = await PluginAsync(stage);
        stage.StartController();
        stage.StartManager(stage.Nodes[0]);
        await stage.ApplyAsync(Manifests.NodeEni("dpdk", "enableDPDK: true"));

        var message = await stage.UntilReasonAsync("dpdk", ConditionTypes.Degraded, Reasons.DevicePluginFileUnwritable);
        Assert.Contains($"{PluginFile(stage)} could not be written (E", message, StringComparison.Ordinal);
        Assert.Contains("SRIOV_DP_CONFIG_PATH", message, StringComparison.Ordinal);
        Assert.Equal(plugin, await PluginAsync(stage));

        File.Delete(folder);
        await stage.UntilReadyAsync("dpdk", 1);
        Assert.NotEqual(plugin, await PluginAsync(stage));
        await stage.DeleteNodeEniAsync("dpdk");
    }

    [Fact]
    public async Task Somebody_who_keeps_rewriting_the_plugin_file_is_named_and_the_plugin_is_not_restarted_without_end()
    {
        const string Theirs = """{"resourceList":[{"resourceName":"pool","selectors":{"vendors":["8086"]}}]}""";
        await using var stage = await Stage.StartAsync(
            new StageOptions { Nodes = 1, Manager = settings => settings with { CheckInterval = TimeSpan.FromSeconds(10) } }
        );
        await stage.ApplyAsync(Manifests.NodeEni("dpdk", "enableDPDK: true"));
        await stage.UntilReadyAsync("dpdk", 1);
        var plugins = new HashSet<string>(StringComparer.Ordinal) { await PluginAsync(stage) };

        await stage.UntilAsync(
            async () =>
            {
                plugins.Add(await PluginAsync(stage));
                if (await File.ReadAllTextAsync(PluginFile(stage), Stage.Stop) != Theirs)
                {
                    await File.WriteAllTextAsync(PluginFile(stage), Theirs, Stage.Stop);
                }

                return (await stage.NodeEniAsync("dpdk"))!.Status!.Conditions.Find(ConditionTypes.Degraded)?.Reason
                    == Reasons.DevicePluginFileContested;
            },
            "the agent gives way"
        );

        Assert.InRange(plugins.Count, 1, 5);
        var message = await stage.UntilReasonAsync("dpdk", ConditionTypes.Degraded, Reasons.DevicePluginFileContested);
        Assert.Contains($"Another program keeps changing {PluginFile(stage)}", message, StringComparison.Ordinal);
        await stage.UntilReadyAsync("dpdk", 1);
        await stage.DeleteNodeEniAsync("dpdk");
    }

    private static string PluginFile(Stage stage) => stage.Cluster.PcidpFile(stage.Nodes[0]);

    private static async Task<string> PluginAsync(Stage stage)
    {
        var pods = await stage.Api.ListAsync("/api/v1/namespaces/kube-system/pods?labelSelector=app%3Dsriovdp", Stage.Stop);
        return pods.Select(pod => pod["metadata"]!["name"]!.GetValue<string>()).FirstOrDefault("");
    }
}
