namespace MultiEni.VirtualMachine.Tests;

/// <summary>A machine without an IOMMU.</summary>
public sealed class OnAVirtualInstance(NoIommuNode node) : CrashStories(node), IClassFixture<NoIommuNode>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public Task Killed_together_with_the_binding_script_the_manager_leaves_what_its_successor_finishes() => KillWithTheBindingScriptAsync();

    [Fact]
    public Task Killed_while_it_prepares_a_claim_whose_pod_is_deleted_then_the_manager_leaves_nothing() =>
        KillBeforeEachChangeForAClaimWhosePodEndsAsync();

    [Fact]
    public async Task A_kernel_without_no_IOMMU_mode_is_a_warning_or_an_error_by_policy()
    {
        await BareAsync("no-noiommu");
        // Debian's own vfio is such a one.
        await Guest.Shell.RunAsync("insmod /lib/modules/$(uname -r)/kernel/drivers/vfio/vfio.ko", Stop);
        Assert.Contains("CONFIG_VFIO_NOIOMMU", await SucceedsAsync("setup"), StringComparison.Ordinal);
        Assert.Contains("NoIommuUnsupportedByKernel", await FailsAsync("setup --noiommu-mode=always"), StringComparison.Ordinal);
        await BareAsync("no-noiommu-end");
        await Guest.SetUpAsync();
    }
}
