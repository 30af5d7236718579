namespace MultiEni.VirtualMachine.Tests;

/// <summary>A machine with an IOMMU.</summary>
public sealed class OnAMetalInstance(IommuNode node) : LifeStories(node), IClassFixture<IommuNode>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public Task Killed_before_any_of_its_changes_the_manager_leaves_what_its_successor_finishes() => KillBeforeEachChangeAsync();

    [Fact]
    public Task Killed_while_it_prepares_a_claim_or_ends_it_the_manager_does_it_when_it_is_asked_again() => KillBeforeEachChangeForAClaimAsync();

    [Fact]
    public async Task A_kernel_that_is_locked_down_refuses_a_module_without_a_signature_and_setup_says_so()
    {
        await BareAsync("lockdown");
        await Guest.Shell.RunAsync(
            "mountpoint -q /sys/kernel/security || mount -t securityfs none /sys/kernel/security; echo integrity >/sys/kernel/security/lockdown",
            Stop
        );
        var refused = await FailsAsync("setup");
        Assert.Contains("secure boot", refused, StringComparison.Ordinal);
        Assert.Contains("[integrity]", refused, StringComparison.Ordinal);

        // Only a reboot unlocks a kernel.
        await Guest.Shell.RebootAsync(Stop);
        await Guest.SetUpAsync();
    }
}
