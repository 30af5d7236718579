using System.Diagnostics;

namespace MultiEni.VirtualMachine;

/// <summary>
/// A virtual machine with a real kernel and several network cards, as <c>tests/vm/boot</c>
/// describes it.
/// </summary>
public sealed class Machine : IAsyncDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);
    private readonly Process _process;
    private readonly Task _console;

    private Machine(Process process, Task console, string folder, GuestShell shell, MachineMonitor monitor)
    {
        _process = process;
        _console = console;
        Folder = folder;
        Shell = shell;
        Monitor = monitor;
    }

    /// <summary>
    /// Seen in the machine as <c>/out</c>: what it keeps over a reboot, and its logs.
    /// </summary>
    public string Folder { get; }

    /// <summary>Commands in the machine.</summary>
    public GuestShell Shell { get; }

    /// <summary>The machine's cards.</summary>
    public MachineMonitor Monitor { get; }

    /// <summary>Starts a machine in which nothing of vfio is loaded; ends when it is up.</summary>
    /// <param name="folders">Where its parts are.</param>
    /// <param name="mode">With or without an IOMMU.</param>
    /// <param name="lifetime">
    /// After this it is switched off, whatever becomes of this process.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<Machine> StartAsync(MachineFolders folders, MachineMode mode, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(folders);
        var folder = Path.Combine(folders.Logs, mode == MachineMode.Iommu ? "iommu" : "noiommu");
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(folder);
        // The path of a socket may have 107 bytes only, which a checkout's folder can exceed.
        var sockets = Directory.CreateTempSubdirectory("vm-");
        var (monitorPath, commandsPath) = (Path.Combine(sockets.FullName, "q"), Path.Combine(sockets.FullName, "c"));
        var start = new ProcessStartInfo(folders.Boot)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] kind = mode == MachineMode.Iommu ? ["-i", "-b"] : ["-b"];
        string[] rest = ["-r", "-R", "-t", $"{lifetime.TotalSeconds:0}", "-q", monitorPath, "-c", commandsPath, "-s", folders.Share, "-o", folder];
        foreach (var argument in (string[])[.. kind, .. rest, "exec python3 /host/guest/serve.py"])
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException($"{folders.Boot} does not start.");
        process.StandardInput.Close();
        var console = KeepAsync(process, Path.Combine(folder, "console.log"));
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _ = console.ContinueWith(_ => ended.CancelAsync(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        try
        {
            // The shell first: what the machine says before somebody is connected is lost.
            var shell = await GuestShell.ConnectAsync(commandsPath, ended.Token);
            var monitor = await MachineMonitor.ConnectAsync(monitorPath, ended.Token);
            await shell.Boot.WaitAsync(cancellationToken);
            return new Machine(process, console, folder, shell, monitor);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new InvalidOperationException($"The virtual machine did not start; see {folder}/console.log.", error);
        }
        finally
        {
            sockets.Delete(recursive: true);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(StopLimit);
            await Monitor.QuitAsync(limit.Token);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // It ended by itself, or its own limit ends it.
        }

        Monitor.Dispose();
        await Shell.DisposeAsync();
        await _console.WaitAsync(StopLimit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _process.Dispose();
    }

    private static async Task KeepAsync(Process process, string path)
    {
        await using var file = new StreamWriter(path) { AutoFlush = true };
        var gate = new SemaphoreSlim(1, 1);
        await Task.WhenAll(CopyAsync(process.StandardOutput), CopyAsync(process.StandardError));

        async Task CopyAsync(StreamReader reader)
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                await gate.WaitAsync();
                await file.WriteLineAsync(line);
                gate.Release();
            }
        }
    }
}
