using MultiEni.Api;
using MultiEni.Manager.Setup;

namespace MultiEni.Manager.Tests.Setup;

/// <summary>What kmod says, and what a user is told. The texts are those of kmod 30.</summary>
public sealed class ModuleFailureTests
{
    private const string Locked = "none [integrity] confidentiality";

    [Theory]
    [InlineData(
        "modprobe: FATAL: Module igb_uio not found in directory /lib/modules/6.1.0",
        null,
        true,
        Reasons.DriverModuleUnavailable,
        "dpdk-kmods"
    )]
    [InlineData("modprobe: ERROR: could not insert 'igb_uio': Operation not permitted", null, false, Reasons.InsufficientPermissions, "SYS_MODULE")]
    [InlineData("modprobe: ERROR: could not insert 'igb_uio': Operation not permitted", Locked, true, Reasons.DriverModuleUnavailable, "secure boot")]
    [InlineData("modprobe: ERROR: could not insert 'igb_uio': Operation not permitted", Locked, false, Reasons.InsufficientPermissions, "SYS_MODULE")]
    [InlineData("modprobe: ERROR: could not insert 'igb_uio': Key was rejected by service", null, true, Reasons.DriverModuleUnavailable, "signature")]
    [InlineData("modprobe: ERROR: could not insert 'igb_uio': Exec format error", null, true, Reasons.DriverModuleUnavailable, "another kernel")]
    [InlineData("modprobe: ERROR: could not insert 'igb_uio': Cannot allocate memory", null, true, Reasons.DriverModuleUnavailable, "kernel log")]
    public void Each_refusal_says_what_to_do(string output, string? lockdown, bool mayLoad, string reason, string remedy)
    {
        var facts = new SetupFacts
        {
            KernelRelease = "6.1.0",
            Lockdown = lockdown,
            MayLoadModules = mayLoad,
        };
        var why = ModuleFailure.Explain("igb_uio", new ModuleLoad.Failed(output), facts);
        Assert.Equal(reason, why.Reason);
        Assert.Contains(remedy, why.Message, StringComparison.Ordinal);
        Assert.Contains(output, why.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_container_lacks_is_named()
    {
        Assert.Contains("kmod", Explain(new ModuleLoad.NoTool()), StringComparison.Ordinal);
        Assert.Contains("/lib/modules/6.1.0 does not exist", Explain(new ModuleLoad.NoModules("/lib/modules/6.1.0")), StringComparison.Ordinal);
        Assert.Contains("within 60 s", Explain(new ModuleLoad.TooSlow(TimeSpan.FromSeconds(60))), StringComparison.Ordinal);
        Assert.Contains("reported success", Explain(new ModuleLoad.Done()), StringComparison.Ordinal);
    }

    private static string Explain(ModuleLoad load) => ModuleFailure.Explain("vfio-pci", load, new SetupFacts()).Message;
}
