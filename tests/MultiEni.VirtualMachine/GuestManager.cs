using System.Globalization;

namespace MultiEni.VirtualMachine;

/// <summary>One run of the published ENI manager in the machine.</summary>
public sealed class GuestManager
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private readonly GuestShell _shell;
    private readonly string _end;

    private GuestManager(GuestShell shell, int processId, string end) => (_shell, ProcessId, _end) = (shell, processId, end);

    /// <summary>Its process in the machine.</summary>
    public int ProcessId { get; }

    /// <summary>
    /// Its exit status as the shell tells it (137 after SIGKILL); null while it runs.
    /// </summary>
    public int? ExitStatus =>
        File.Exists(_end) && File.ReadAllText(_end).Trim() is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    /// <summary>
    /// Starts one. Its log is appended to <c>manager.log</c> in the machine's folder.
    /// </summary>
    /// <param name="machine">Where.</param>
    /// <param name="settings">Environment beside that which every run has.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<GuestManager> StartAsync(
        Machine machine,
        IReadOnlyDictionary<string, string> settings,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(machine);
        ArgumentNullException.ThrowIfNull(settings);
        var run = Guid.NewGuid().ToString("N")[..8];
        var variables = string.Join(' ', settings.Select(setting => $"{setting.Key}='{setting.Value}'"));
        var command =
            $"echo \"--- $(date +%T) starts {variables}\" >>/out/manager.log; "
            + $"(env {variables} /host/programs/eni-manager >>/out/manager.log 2>&1 </dev/null & echo $! >/out/{run}.pid; "
            + $"wait $!; echo $? >/out/{run}.new; mv /out/{run}.new /out/{run}.end) >/dev/null 2>&1 & "
            + $"until [ -s /out/{run}.pid ]; do sleep 0.05; done; cat /out/{run}.pid";
        var processId = int.Parse(await machine.Shell.RunAsync(command, cancellationToken), CultureInfo.InvariantCulture);
        return new GuestManager(machine.Shell, processId, Path.Combine(machine.Folder, $"{run}.end"));
    }

    /// <summary>Asks it to stop, as kubelet does, and waits until it has.</summary>
    /// <returns>Its exit status.</returns>
    public Task<int> StopAsync(CancellationToken cancellationToken) => EndAsync("TERM", cancellationToken);

    /// <summary>Kills it.</summary>
    /// <returns>Its exit status.</returns>
    public Task<int> KillAsync(CancellationToken cancellationToken) => EndAsync("KILL", cancellationToken);

    /// <summary>Waits until it has ended by itself.</summary>
    /// <returns>Its exit status.</returns>
    public async Task<int> EndedAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval);
        while (true)
        {
            if (ExitStatus is { } status)
            {
                return status;
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    private async Task<int> EndAsync(string signal, CancellationToken cancellationToken)
    {
        await _shell.TryAsync($"kill -{signal} {ProcessId}", cancellationToken);
        return await EndedAsync(cancellationToken);
    }
}
