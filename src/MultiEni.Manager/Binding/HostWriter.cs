using System.Collections.Concurrent;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Binding;

/// <summary>
/// Writes to a device's files under a watchdog: an unbind of a device that a process holds open never returns, and then the device,
/// but nothing else, has to wait.
/// </summary>
/// <param name="files">The kernel's files.</param>
/// <param name="time">The clock of the watchdog.</param>
/// <param name="limit">How long a write may take.</param>
/// <param name="before">Called before each write with its path; lets tests end the program there.</param>
/// <param name="released">Called when a write that was given up on has returned after all.</param>
public sealed class HostWriter(IHostFiles files, TimeProvider time, TimeSpan limit, Action<string>? before, Action<PciAddress>? released)
{
    private readonly ConcurrentDictionary<PciAddress, Task> _outstanding = new();

    /// <summary>Whether an earlier write to the device has not returned yet.</summary>
    public bool IsStuck(PciAddress address) => _outstanding.ContainsKey(address);

    /// <summary>One write on behalf of a device.</summary>
    /// <exception cref="StuckWriteException">It did not return in time, or an earlier one has not.</exception>
    public async Task<Errno> WriteAsync(PciAddress address, string path, string text, CancellationToken cancellationToken)
    {
        if (IsStuck(address))
        {
            throw new StuckWriteException($"an earlier write to {address} has not returned");
        }

        cancellationToken.ThrowIfCancellationRequested();
        before?.Invoke(path);

        // The token ends the wait and not the write: the kernel finishes what it has begun.
        var write = files.WriteAsync(path, text, CancellationToken.None).AsTask();
        try
        {
            return await write.WaitAsync(limit, time, cancellationToken);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException && !write.IsCompleted)
        {
            Watch(address, write);
            if (error is TimeoutException)
            {
                throw new StuckWriteException($"the write to {path} has not returned within {limit.TotalSeconds:0} s");
            }

            throw;
        }
    }

    /// <summary>Marks a device as busy until a task ends.</summary>
    public void Watch(PciAddress address, Task task)
    {
        _outstanding[address] = task;
        _ = ForgetAsync(address, task);
    }

    private async Task ForgetAsync(PciAddress address, Task task)
    {
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _outstanding.TryRemove(address, out _);
        released?.Invoke(address);
    }
}
