using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Scenarios.Staging;
using MultiEni.Simulator.Nodes;

namespace MultiEni.Scenarios.Stories;

/// <summary>
/// Each row of the troubleshooting section that the product was asked for with: the user reads the
/// reason and what helps in the ENIAttachment and in the NodeENI, does it, and the device becomes
/// ready. Needs the simulated cluster.
/// </summary>
public sealed class TroubleshootingStories
{
    private const string Unbind = "*/drivers/ena/unbind";

    [Fact]
    public async Task A_missing_driver_module_is_named_with_the_command_that_loads_it()
    {
        await using var stage = await Stage.StartAsync(
            new StageOptions { Nodes = 1, Cluster = options => options with { Host = options.Host with { Modules = [] } } }
        );
        await stage.ApplyAsync(Manifests.NodeEni("dpdk", "enableDPDK: true"));

        await ToldAsync(
            stage,
            "dpdk",
            ConditionTypes.Bound,
            Reasons.DriverModuleUnavailable,
            "vfio-pci",
            "modprobe vfio-pci",
            "restart the eni-manager pod"
        );

        stage.Cluster.Nodes[0].Host.LoadModule("vfio_pci");
        await EndsWellAsync(stage, "dpdk");
    }

    [Fact]
    public async Task A_PCI_address_that_is_not_there_is_named_with_the_right_one()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 1 });
        await stage.ApplyAsync(Manifests.NodeEni("dpdk", "enableDPDK: true", "dpdkPCIAddress: \"0000:00:1e.0\""));

        await ToldAsync(stage, "dpdk", ConditionTypes.Configured, Reasons.PciDeviceNotFound, "0000:00:1e.0", "0000:00:06.0", "lspci");

        await stage.ApplyAsync(Manifests.NodeEni("dpdk", "enableDPDK: true", "dpdkPCIAddress: \"0000:00:06.0\""));
        await EndsWellAsync(stage, "dpdk");
    }

    [Fact]
    public async Task A_binding_script_that_is_not_there_is_named_with_its_setting()
    {
        await using var stage = await Stage.StartAsync(
            new StageOptions { Nodes = 1, Manager = settings => settings with { BindingScript = "/nowhere/dpdk-devbind.py" } }
        );
        await stage.ApplyAsync(Manifests.NodeEni("dpdk", "enableDPDK: true"));

        await ToldAsync(
            stage,
            "dpdk",
            ConditionTypes.Bound,
            Reasons.BindingScriptNotFound,
            "/nowhere/dpdk-devbind.py",
            "DPDK_BINDING_SCRIPT",
            "native"
        );

        Assert.Equal("ena", stage.Device(Assert.Single(await stage.AttachmentsAsync("dpdk"))).Driver);
        await stage.DeleteNodeEniAsync("dpdk");
        await stage.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_binding_script_that_is_not_executable_is_named_with_the_command_that_makes_it_so()
    {
        var script = Path.GetTempFileName();
        try
        {
            await using var stage = await Stage.StartAsync(
                new StageOptions { Nodes = 1, Manager = settings => settings with { BindingScript = script } }
            );
            await stage.ApplyAsync(Manifests.NodeEni("dpdk", "enableDPDK: true"));

            await ToldAsync(stage, "dpdk", ConditionTypes.Bound, Reasons.BindingScriptNotExecutable, script, "chmod +x");

            await stage.DeleteNodeEniAsync("dpdk");
            await stage.AssertNothingLeftAsync();
        }
        finally
        {
            File.Delete(script);
        }
    }

    [Theory]
    [InlineData(LinuxErrors.AccessDenied, "EACCES")]
    [InlineData(LinuxErrors.ReadOnly, "EROFS")]
    public async Task Insufficient_permissions_are_told_with_the_file_and_the_security_context(int error, string name)
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 1 });
        var faults = stage.Cluster.Nodes[0].Host.Faults;
        faults.FailWrites(Unbind, error, times: 10_000);
        await stage.ApplyAsync(Manifests.NodeEni("dpdk", "enableDPDK: true"));

        await ToldAsync(stage, "dpdk", ConditionTypes.Bound, Reasons.InsufficientPermissions, "/sys/bus/pci/drivers/ena/unbind", name, "privileged");

        Assert.Equal("ena", stage.Device(Assert.Single(await stage.AttachmentsAsync("dpdk"))).Driver);
        faults.Clear();
        await EndsWellAsync(stage, "dpdk");
    }

    [Fact]
    public async Task While_one_device_is_bound_the_next_one_says_that_it_waits_and_then_has_its_turn()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 1 });
        var write = stage.Cluster.Nodes[0].Host.Faults.BlockWrite("*/drivers/vfio-pci/bind");
        await stage.ApplyAsync(Manifests.NodeEni("first", "enableDPDK: true", "deviceIndex: 1"));
        await stage.UntilAsync(
            () => stage.Cluster.Nodes[0].Host.Devices().Any(device => device is { DriverOverride: "vfio-pci", Driver: null }),
            "the first device is being bound"
        );
        await stage.ApplyAsync(Manifests.NodeEni("second", "enableDPDK: true", "deviceIndex: 2"));

        EniAttachment? waiting = null;
        await stage.UntilAsync(
            async () =>
                (waiting = (await stage.AttachmentsAsync("second")).SingleOrDefault())?.Status?.Conditions.Find(ConditionTypes.Bound)?.Reason
                == Reasons.ConcurrentOperation,
            "the second device waits for its turn"
        );
        Assert.Contains("this one is next", waiting!.Status!.Conditions.Find(ConditionTypes.Bound)!.Message);
        await stage.UntilAsync(
            async () =>
                (await stage.NodeEniAsync("second"))!.Status!.Conditions!.Any(condition =>
                    condition.Message.Contains("this one is next", StringComparison.Ordinal)
                ),
            "the second NodeENI says so"
        );
        Assert.False((await stage.NodeEniAsync("second"))!.Status!.Conditions.IsTrue(ConditionTypes.Degraded));

        write.Dispose();
        await stage.UntilReadyAsync("first", 1);
        await stage.UntilReadyAsync("second", 1);
        await stage.DeleteNodeEniAsync("first");
        await stage.DeleteNodeEniAsync("second");
        await stage.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_device_that_somebody_bound_to_another_driver_is_left_alone_and_both_ways_out_are_told()
    {
        await using var stage = await Stage.StartAsync(
            new StageOptions
            {
                Nodes = 1,
                Cluster = options => options with { Host = options.Host with { Modules = ["vfio_pci", "uio_pci_generic"] } },
            }
        );
        await stage.ApplyAsync(Manifests.NodeEni("dpdk"));
        await stage.UntilReadyAsync("dpdk", 1);
        var device = stage.Device(Assert.Single(await stage.AttachmentsAsync("dpdk"))).Address;
        await MoveAsync(stage, device, "ena", "uio_pci_generic", "uio_pci_generic");

        await stage.ApplyAsync(Manifests.NodeEni("dpdk", "enableDPDK: true"));
        await ToldAsync(
            stage,
            "dpdk",
            ConditionTypes.Bound,
            Reasons.ForeignBinding,
            $"{device} is already bound to uio_pci_generic",
            "Bind it to vfio-pci yourself",
            "set dpdkDriver to uio_pci_generic"
        );

        Assert.Equal("uio_pci_generic", stage.Cluster.Nodes[0].Host.Device(device)!.Driver);
        await MoveAsync(stage, device, "uio_pci_generic", "\n", "ena");
        await EndsWellAsync(stage, "dpdk");
    }

    // The two places where a user looks.
    private static async Task ToldAsync(Stage stage, string nodeEni, string type, string reason, params string[] parts)
    {
        // It may have been said for the same reason before, of what was asked for then.
        var summary = "";
        await stage.UntilAsync(
            async () =>
            {
                summary = await stage.UntilReasonAsync(nodeEni, ConditionTypes.Degraded, reason);
                return parts.All(part => summary.Contains(part, StringComparison.Ordinal));
            },
            $"{nodeEni} says {string.Join(" and ", parts)}"
        );
        var attachment = Assert.Single(await stage.AttachmentsAsync(nodeEni));
        var condition = attachment.Status!.Conditions.Find(type)!;
        Assert.Equal((ConditionStatus.False, reason), (condition.Status, condition.Reason));
        Assert.All(parts, part => Assert.Contains(part, condition.Message));
        Assert.Contains(stage.Nodes[0], summary);
    }

    private static async Task EndsWellAsync(Stage stage, string nodeEni)
    {
        await stage.UntilReadyAsync(nodeEni, 1);
        var attachment = Assert.Single(await stage.AttachmentsAsync(nodeEni));
        Assert.Equal("vfio-pci", stage.Device(attachment).Driver);
        await stage.DeleteNodeEniAsync(nodeEni);
        await stage.AssertNothingLeftAsync();
    }

    private static async Task MoveAsync(Stage stage, string device, string from, string driverOverride, string to)
    {
        var host = stage.Cluster.Nodes[0].Host;
        Assert.Equal(0, await host.WriteAsync($"/sys/bus/pci/drivers/{from}/unbind", device, Stage.Stop));
        Assert.Equal(0, await host.WriteAsync($"/sys/bus/pci/devices/{device}/driver_override", driverOverride, Stage.Stop));
        Assert.Equal(0, await host.WriteAsync($"/sys/bus/pci/drivers/{to}/bind", device, Stage.Stop));
    }
}
