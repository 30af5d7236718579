using MultiEni.Api;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Host;
using MultiEni.Manager.Setup;

namespace MultiEni.Manager.Tests.Setup;

public sealed class NextSetupStepTests
{
    private static readonly SetupFacts Ready = new()
    {
        Present = new HashSet<string> { "vfio-pci" },
        NoIommuMode = "Y",
        KernelRelease = "6.12.0",
        BootId = "boot",
        MayLoadModules = true,
    };

    private static SetupSettings Mode(NoIommuMode mode) => new() { NoIommu = mode };

    [Fact]
    public void A_module_that_is_missing_is_loaded_and_one_that_is_there_is_not()
    {
        var load = Assert.IsType<SetupStep.Load>(NextSetupStep.Decide(new(), Ready with { Present = new HashSet<string>() }));
        Assert.Equal(("vfio-pci", ""), (load.Module, load.Parameters));
        Assert.IsType<SetupStep.Done>(NextSetupStep.Decide(new(), Ready));
    }

    [Fact]
    public void Igb_uio_is_loaded_with_write_combining()
    {
        var load = Assert.IsType<SetupStep.Load>(NextSetupStep.Decide(new() { Drivers = ["igb_uio"] }, Ready));
        Assert.Equal(("igb_uio", "wc_activate=1"), (load.Module, load.Parameters));
    }

    [Fact]
    public void Behind_an_IOMMU_vfio_gets_the_module_that_confines_devices()
    {
        var load = Assert.IsType<SetupStep.Load>(NextSetupStep.Decide(new(), Ready with { HasIommu = true }));
        Assert.Equal("vfio_iommu_type1", load.Module);
    }

    [Theory]
    [InlineData(nameof(NoIommuMode.Auto), true)]
    [InlineData(nameof(NoIommuMode.Always), true)]
    [InlineData(nameof(NoIommuMode.Never), false)]
    public void Without_an_IOMMU_the_policy_decides_about_no_IOMMU_mode(string mode, bool switched)
    {
        var step = NextSetupStep.Decide(Mode(Enum.Parse<NoIommuMode>(mode)), Ready with { NoIommuMode = "N" });
        Assert.Equal(switched, step is SetupStep.Switch { On: true });
        Assert.Equal(!switched, step is SetupStep.Done);
    }

    [Theory]
    [InlineData(nameof(NoIommuMode.Auto))]
    [InlineData(nameof(NoIommuMode.Always))]
    [InlineData(nameof(NoIommuMode.Never))]
    public void With_an_IOMMU_no_policy_gives_up_its_protection(string mode)
    {
        var facts = Ready with
        {
            HasIommu = true,
            NoIommuMode = "N",
            Present = new HashSet<string> { "vfio-pci", "vfio_iommu_type1" },
        };
        Assert.IsType<SetupStep.Done>(NextSetupStep.Decide(Mode(Enum.Parse<NoIommuMode>(mode)), facts));
    }

    [Fact]
    public void No_IOMMU_mode_is_left_alone_for_drivers_that_know_nothing_of_it()
    {
        var facts = Ready with
        {
            NoIommuMode = "N",
            Present = new HashSet<string> { "uio_pci_generic" },
        };
        Assert.IsType<SetupStep.Done>(NextSetupStep.Decide(new() { Drivers = ["uio_pci_generic"] }, facts));
    }

    [Fact]
    public void A_kernel_without_no_IOMMU_mode_stops_only_the_node_that_insists_on_it()
    {
        var facts = Ready with { NoIommuMode = null };
        var done = Assert.IsType<SetupStep.Done>(NextSetupStep.Decide(Mode(NoIommuMode.Auto), facts));
        Assert.Contains("CONFIG_VFIO_NOIOMMU", done.Warning, StringComparison.Ordinal);
        var fail = Assert.IsType<SetupStep.Fail>(NextSetupStep.Decide(Mode(NoIommuMode.Always), facts));
        Assert.Equal(Reasons.NoIommuUnsupportedByKernel, fail.Why.Reason);
    }

    [Fact]
    public void A_switch_that_the_kernel_refuses_is_a_failure_that_names_the_lockdown()
    {
        var facts = Ready with { NoIommuMode = "N", SwitchAnswer = Errno.NotPermitted, Lockdown = "none [integrity] confidentiality" };
        var fail = Assert.IsType<SetupStep.Fail>(NextSetupStep.Decide(new(), facts));
        Assert.Equal(Reasons.InsufficientPermissions, fail.Why.Reason);
        Assert.Contains("[integrity]", fail.Why.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_driver_that_cannot_be_had_keeps_none_of_the_others_away()
    {
        var settings = new SetupSettings { Drivers = ["igb_uio", "vfio-pci"] };
        var facts = Ready with
        {
            Present = new HashSet<string>(),
            NoIommuMode = "N",
            Tried = new Dictionary<string, ModuleLoad> { ["igb_uio"] = new ModuleLoad.NoTool() },
        };
        Assert.Equal(new SetupStep.Load("vfio-pci", ""), NextSetupStep.Decide(settings, facts));

        facts = facts with { Present = new HashSet<string> { "vfio-pci" } };
        Assert.Equal(new SetupStep.Switch(On: true), NextSetupStep.Decide(settings, facts));

        facts = facts with { NoIommuMode = "Y" };
        Assert.Contains("igb_uio", Assert.IsType<SetupStep.Fail>(NextSetupStep.Decide(settings, facts)).Why.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_switch_without_effect_is_a_failure()
    {
        var fail = Assert.IsType<SetupStep.Fail>(NextSetupStep.Decide(new(), Ready with { NoIommuMode = "N", SwitchAnswer = Errno.None }));
        Assert.Equal(Reasons.NoIommuUnsupportedByKernel, fail.Why.Reason);
    }

    [Fact]
    public void Nothing_is_done_where_DPDK_is_switched_off() =>
        Assert.IsType<SetupStep.Done>(NextSetupStep.Decide(new() { DpdkEnabled = false }, new SetupFacts()));

    [Fact]
    public void Only_what_was_switched_on_in_this_boot_is_switched_off_again()
    {
        Assert.Equal(new SetupStep.Switch(On: false), NextSetupStep.Undo(Ready, "boot"));
        Assert.IsType<SetupStep.Done>(NextSetupStep.Undo(Ready, "an earlier boot"));
        Assert.IsType<SetupStep.Done>(NextSetupStep.Undo(Ready, ""));
        Assert.IsType<SetupStep.Done>(NextSetupStep.Undo(Ready with { NoIommuMode = "N" }, "boot"));
    }

    [Fact]
    public void No_IOMMU_mode_stays_on_while_a_device_is_bound_in_it()
    {
        var done = Assert.IsType<SetupStep.Done>(NextSetupStep.Undo(Ready with { HasNoIommuGroups = true }, "boot"));
        Assert.NotEmpty(done.Warning);
    }
}
