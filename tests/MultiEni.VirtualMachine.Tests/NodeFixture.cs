using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;

namespace MultiEni.VirtualMachine.Tests;

/// <summary>
/// A node whose stories are told one after the other. Each plugs in cards of its own and leaves the
/// node as it found it: set up, with an ENI manager.
/// </summary>
public abstract class NodeFixture(MachineMode mode) : IAsyncLifetime
{
    // QEMU takes a request for lost after five seconds.
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LastLimit = TimeSpan.FromSeconds(30);

    private int _machines;

    public GuestNode Node { get; private set; } = null!;

    public bool HasIommu => mode == MachineMode.Iommu;

    public GuestShell Shell => Node.Machine.Shell;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _machines++;
        Node = await GuestNode.StartAsync($"{(HasIommu ? "iommu" : "noiommu")}{(_machines == 1 ? "" : $"-{_machines}")}", mode, Stop);
        await SetUpAsync();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await EndAsync();
    }

    /// <summary>
    /// What the pod does when it starts on a node: its init container, then the ENI manager.
    /// </summary>
    public async Task SetUpAsync(IReadOnlyDictionary<string, string>? settings = null)
    {
        var setup = await Node.RunManagerAsync("setup", Stop);
        Assert.True(setup.Status == 0, setup.Output);
        await Node.StartManagerAsync(Stop, settings);
    }

    /// <summary>
    /// Begins a story: a line in the kernel's log, so that it tells which messages are this
    /// story's.
    /// </summary>
    public Task BeginAsync(string story) => Shell.RunAsync($"echo 'story: {story}' | tee /dev/kmsg >>/out/manager.log", Stop);

    /// <summary>The kernel's messages since a story began.</summary>
    public async Task<string> KernelLogAsync(string story)
    {
        var log = await Shell.RunAsync("dmesg", Stop);
        return log[log.LastIndexOf($"story: {story}", StringComparison.Ordinal)..];
    }

    /// <summary>The ENI manager's own log since a story began.</summary>
    public async Task<string> ManagerLogAsync(string story)
    {
        var log = await File.ReadAllTextAsync(Path.Combine(Node.Machine.Folder, "manager.log"), Stop);
        return log[log.LastIndexOf($"story: {story}", StringComparison.Ordinal)..];
    }

    /// <summary>The driver that sysfs names; empty when none.</summary>
    public Task<string> DriverAsync(string address) =>
        Shell.RunAsync($"basename $(readlink /sys/bus/pci/devices/{address}/driver) 2>/dev/null || true", Stop);

    /// <summary>The interface with a hardware address, as soon as there is one.</summary>
    public async Task<string> InterfaceAsync(string mac)
    {
        var name = "";
        // ip complains on its error stream when a link appears while it lists them.
        await Node.AwaitAsync(
            async () => (name = await Shell.RunAsync($"ip -o link 2>/dev/null | grep -F {mac} | cut -d' ' -f2 | tr -d :", Stop)).Length > 0,
            $"the interface with {mac}",
            Stop
        );
        return name;
    }

    /// <summary>Waits for an attachment to be bound and offered to pods.</summary>
    public Task<EniAttachment> BoundAsync(string name) =>
        Node.AwaitAsync(
            name,
            found =>
                found.Status?.Device is { Advertised: true }
                && found.Status.Conditions.IsTrue("Bound")
                && found.Status.Conditions.IsTrue("Advertised"),
            "bound and advertised",
            Stop
        );

    /// <summary>Deletes an attachment and waits until the agent has let it go.</summary>
    /// <returns>Its last state.</returns>
    public async Task<EniAttachment> ReleaseAsync(string name)
    {
        Node.Cluster.Delete(name);
        return await ReleasedAsync(name);
    }

    /// <summary>Waits until the agent has let an attachment under deletion go.</summary>
    /// <returns>Its last state.</returns>
    public async Task<EniAttachment> ReleasedAsync(string name)
    {
        var last = await Node.AwaitAsync(
            name,
            found => found.Metadata.Finalizers?.Contains(MultiEni.Api.Names.DeviceFinalizer) != true,
            "let go by the agent",
            Stop
        );
        Node.Cluster.Forget(name);
        return last;
    }

    /// <summary>Takes a card out and waits until the kernel has none at its address.</summary>
    /// <remarks>
    /// A guest may miss the request: it heeds none while it still powers the slot on. So it is
    /// asked again.
    /// </remarks>
    public async Task UnplugAsync(int slot)
    {
        long? asked = null;
        await Node.AwaitAsync(
            async () =>
            {
                if (asked is null || TimeProvider.System.GetElapsedTime(asked.Value) > AskAgain)
                {
                    await Node.Machine.Monitor.TryUnplugAsync(slot, Stop);
                    asked = TimeProvider.System.GetTimestamp();
                }

                return await IsGoneAsync(slot);
            },
            $"the card in slot {slot} to be gone",
            Stop
        );
    }

    public Task GoneAsync(int slot) => Node.AwaitAsync(() => IsGoneAsync(slot), $"the card in slot {slot} to be gone", Stop);

    /// <summary>
    /// Gives the next story another machine: whatever a story that failed has left, in the kernel
    /// too, stays with the one it had. Its logs stay.
    /// </summary>
    public async Task ReplaceAsync()
    {
        await EndAsync();
        await InitializeAsync();
    }

    private async Task EndAsync()
    {
        if (Node is null)
        {
            return;
        }

        try
        {
            if (!Node.Machine.HasEnded)
            {
                await Shell.TryAsync("dmesg > /out/kernel.log", CancellationToken.None).WaitAsync(LastLimit);
            }
        }
        catch (Exception error) when (error is IOException or TimeoutException)
        {
            // A kernel that hangs. What it last said is on its console.
        }

        await Node.DisposeAsync();
    }

    private async Task<bool> IsGoneAsync(int slot) => (await Shell.TryAsync($"test -e /sys/bus/pci/devices/{Address(slot)}", Stop)).Status != 0;

    public static string Address(int slot) => $"0000:{slot:x2}:00.0";
}
