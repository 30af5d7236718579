namespace MultiEni.VirtualMachine.Tests;

/// <summary>A program that opens a device through vfio and does nothing else.</summary>
internal sealed class Holder : IAsyncDisposable
{
    private readonly GuestShell _shell;
    private readonly Task<GuestResult> _running;
    private readonly string _name;

    private Holder(GuestShell shell, string name, Task<GuestResult> running) => (_shell, _name, _running) = (shell, name, running);

    public bool Runs => !_running.IsCompleted;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Starts it and waits until it has the device.</summary>
    public static async Task<Holder> StartAsync(NodeFixture node, string address)
    {
        var name = $"hold{Guid.NewGuid():N}"[..12];
        var running = node.Shell.TryAsync(
            $"mkfifo /run/{name}; exec 9<>/run/{name}; python3 /host/guest/hold-device.py {address} <&9 9<&- >/run/{name}.log 2>&1 & echo $! >/run/{name}.pid; wait $!",
            Stop
        );
        await node.Node.AwaitAsync(
            async () =>
                running.IsCompleted
                    ? throw new InvalidOperationException(
                        $"it does not hold {address}: {(await node.Shell.TryAsync($"cat /run/{name}.log", Stop)).Output}"
                    )
                    : (await node.Shell.TryAsync($"cat /run/{name}.log", Stop)).Output.Contains("held", StringComparison.Ordinal),
            $"a program to hold {address}",
            Stop
        );
        return new Holder(node.Shell, name, running);
    }

    public async Task StopAsync()
    {
        await _shell.RunAsync($"kill $(cat /run/{_name}.pid)", Stop);
        await _running.WaitAsync(Stop);
    }

    public async ValueTask DisposeAsync()
    {
        if (Runs)
        {
            await StopAsync();
        }
    }
}
