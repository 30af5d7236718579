using System.Diagnostics;
using System.Net.Sockets;
using MultiEni.VirtualMachine.Wire;

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

    private readonly DirectoryInfo? _wireFolder;

    private Machine(Process process, Task console, string folder, GuestShell shell, MachineMonitor monitor, VpcWire? wire, DirectoryInfo? wireFolder)
    {
        _process = process;
        Wire = wire;
        _wireFolder = wireFolder;
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

    /// <summary>The network between the cards in its slots; null when they are on a switch.</summary>
    public VpcWire? Wire { get; }

    /// <summary>Whether its process has ended, by whatever means.</summary>
    public bool HasEnded => _console.IsCompleted;

    /// <summary>The end of what it wrote to its console.</summary>
    public string LastWords() => LastWords(Folder);

    /// <summary>Starts a machine in which nothing of vfio is loaded; ends when it is up.</summary>
    /// <param name="folders">Where its parts are.</param>
    /// <param name="name">
    /// Names its folder, so it is not the name of another machine that runs at the time.
    /// </param>
    /// <param name="mode">With or without an IOMMU.</param>
    /// <param name="lifetime">
    /// After this it is switched off, whatever becomes of this process.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="wired">Whether a <see cref="VpcWire"/> joins the cards in its slots.</param>
    public static async Task<Machine> StartAsync(
        MachineFolders folders,
        string name,
        MachineMode mode,
        TimeSpan lifetime,
        CancellationToken cancellationToken,
        bool wired = false
    )
    {
        ArgumentNullException.ThrowIfNull(folders);
        var folder = Path.Combine(folders.Logs, name);
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
        var wireFolder = wired ? Directory.CreateTempSubdirectory("vm-") : null;
        var wire = wireFolder is null ? null : new VpcWire(wireFolder.FullName);
        string[] network = wireFolder is null ? [] : ["-w", wireFolder.FullName];
        foreach (var argument in (string[])[.. kind, .. network, .. rest, "exec python3 /host/guest/serve.py"])
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
            return new Machine(process, console, folder, shell, monitor, wire, wireFolder);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new InvalidOperationException($"The virtual machine did not start:\n{LastWords(folder)}", error);
        }
        catch (IOException error)
        {
            throw new InvalidOperationException($"The virtual machine ended before it was up:\n{LastWords(folder)}", error);
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
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException)
        {
            // It ended by itself, or its own limit ends it.
        }

        Monitor.Dispose();
        await Shell.DisposeAsync();
        await _console.WaitAsync(StopLimit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _process.Dispose();
        if (Wire is not null)
        {
            await Wire.DisposeAsync();
            _wireFolder?.Delete(recursive: true);
        }
    }

    private static string LastWords(string folder)
    {
        const int Lines = 20;
        var console = new FileInfo(Path.Combine(folder, "console.log"));
        return console.Exists ? string.Join('\n', File.ReadLines(console.FullName).TakeLast(Lines)) : $"nothing in {folder}";
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
