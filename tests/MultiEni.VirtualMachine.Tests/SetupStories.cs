namespace MultiEni.VirtualMachine.Tests;

/// <summary><c>eni-manager setup</c> on a real kernel, whose modules are unloaded for it.</summary>
public abstract class SetupStories(NodeFixture node) : IAsyncLifetime
{
    private const string Unload = "modprobe -r vfio_pci vfio_iommu_type1 vfio uio_pci_generic; ! lsmod | grep -q ^vfio";
    private const string Switch = "/sys/module/vfio/parameters/enable_unsafe_noiommu_mode";

    /// <summary>The node.</summary>
    protected NodeFixture Guest => node;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>A story that failed in its middle must not spoil the next ones.</summary>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
        {
            await node.ReplaceAsync();
        }
    }

    [Fact]
    public async Task A_bare_kernel_is_made_ready_and_that_can_be_taken_back()
    {
        await BareAsync("setup");
        await SucceedsAsync("setup");
        var modules = await node.Shell.RunAsync("ls /sys/module", Stop);
        Assert.Contains("vfio_pci", modules, StringComparison.Ordinal);
        Assert.Contains("vfio_iommu_type1", modules, StringComparison.Ordinal);
        Assert.Equal(node.HasIommu ? "N" : "Y", await node.Shell.RunAsync($"cat {Switch}", Stop));

        Assert.DoesNotContain("module vfio-pci", await SucceedsAsync("setup"), StringComparison.Ordinal);

        await SucceedsAsync("setup --undo");
        Assert.Equal("N", await node.Shell.RunAsync($"cat {Switch}", Stop));
        await node.SetUpAsync();
    }

    [Fact]
    public async Task What_stands_in_the_way_of_a_module_is_said_with_a_remedy()
    {
        await BareAsync("setup-refused");
        Assert.Contains("dpdk-kmods", await FailsAsync("setup --dpdk-drivers=igb_uio"), StringComparison.Ordinal);
        // 16 is CAP_SYS_MODULE.
        var forbidden = await FailsAsync("setup --dpdk-drivers=uio_pci_generic", "python3 /host/guest/without-capability.py 16");
        Assert.Contains("InsufficientPermissions", forbidden, StringComparison.Ordinal);
        Assert.Contains("SYS_MODULE", forbidden, StringComparison.Ordinal);
        await node.SetUpAsync();
    }

    private protected async Task BareAsync(string story)
    {
        await node.BeginAsync(story);
        await node.Node.StopManagerAsync(Stop);
        await node.Shell.RunAsync(Unload, Stop);
    }

    private protected async Task<string> SucceedsAsync(string arguments, string prefix = "")
    {
        var result = await node.Node.RunManagerAsync(arguments, Stop, prefix);
        Assert.True(result.Status == 0, result.Output);
        return result.Output;
    }

    private protected async Task<string> FailsAsync(string arguments, string prefix = "")
    {
        var result = await node.Node.RunManagerAsync(arguments, Stop, prefix);
        Assert.True(result.Status == 1, result.Output);
        return result.Output;
    }
}
