using System.Text.RegularExpressions;

namespace MultiEni.VirtualMachine.Tests;

/// <summary>A DPDK application that has a device: Debian's dpdk-testpmd, sending.</summary>
internal sealed partial class TestPmd
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly GuestShell _shell;
    private readonly Task<GuestResult> _running;
    private readonly string _name;

    private TestPmd(GuestShell shell, string name, Task<GuestResult> running) => (_shell, _name, _running) = (shell, name, running);

    [GeneratedRegex("TX-packets: [1-9]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Sent { get; }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Starts it and waits until it sends.</summary>
    /// <param name="node">Where.</param>
    /// <param name="address">The device.</param>
    /// <param name="telemetry">Whether it tells others what it counts.</param>
    public static async Task<TestPmd> StartAsync(NodeFixture node, string address, bool telemetry = false)
    {
        var name = $"pmd{Guid.NewGuid():N}"[..11];
        await node.Shell.RunAsync("mountpoint -q /dev/hugepages || mount -t hugetlbfs none /dev/hugepages", Stop);
        // It ends when its standard input does.
        var running = node.Shell.TryAsync(
            $"mkfifo /run/{name}; exec 9<>/run/{name}; "
                + $"dpdk-testpmd -l 0-1 -n 1 -m 128 --in-memory {(telemetry ? "" : "--no-telemetry ")}--file-prefix {name} -a {address} -- --forward-mode=txonly --auto-start --total-num-mbufs=4096 --interactive "
                + $"<&9 9<&- >/out/{name}.log 2>&1 & echo $! >/run/{name}.pid; wait $!",
            Stop
        );
        var pmd = new TestPmd(node.Shell, name, running);
        await node.Node.AwaitAsync(
            async () =>
                running.IsCompleted
                    ? throw new InvalidOperationException($"testpmd ended: {await pmd.LogAsync(node)}")
                    : (await pmd.LogAsync(node)).Contains("txonly packet forwarding", StringComparison.Ordinal),
            $"testpmd to send over {address}",
            Stop
        );
        return pmd;
    }

    /// <summary>Whether it still runs.</summary>
    public bool Runs => !_running.IsCompleted;

    /// <summary>Waits until its card has sent packets, by its own count.</summary>
    public Task SendsAsync(NodeFixture node) =>
        node.Node.AwaitAsync(
            async () =>
            {
                await _shell.RunAsync($"echo 'show port stats 0' >/run/{_name}", Stop);
                return Sent.IsMatch(await LogAsync(node));
            },
            "testpmd to count what it has sent",
            Stop
        );

    /// <summary>Ends it as a pod is ended.</summary>
    /// <remarks>
    /// One signal is not enough: what comes before its prompt is forgotten, and what comes while it
    /// answers a command is heeded with the next input only (DPDK 22.11, app/test-pmd).
    /// </remarks>
    /// <returns>Its exit status.</returns>
    public async Task<int> StopAsync()
    {
        var ending = _shell.RunAsync($"while kill -TERM $(cat /run/{_name}.pid) 2>/dev/null; do echo >/run/{_name}; sleep 0.2; done", Stop);
        await ending.WaitAsync(Limit, TimeProvider.System, Stop);
        return (await _running.WaitAsync(Limit, TimeProvider.System, Stop)).Status;
    }

    public async Task<string> LogAsync(NodeFixture node)
    {
        var path = Path.Combine(node.Node.Machine.Folder, $"{_name}.log");
        return File.Exists(path) ? await File.ReadAllTextAsync(path, Stop) : "";
    }
}
