using System.Collections.Concurrent;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Binding;

/// <summary>
/// Files of a device that the kernel reads and writes with the device's lock held, under a
/// watchdog: while a driver waits for a process that has the device open, it keeps that lock and no
/// such call returns. Then the device, but nothing else, has to wait.
/// </summary>
/// <param name="files">The kernel's files.</param>
/// <param name="time">The clock of the watchdog.</param>
/// <param name="limit">How long a write may take; a read gets at most two seconds of it.</param>
/// <param name="before">
/// Called before each write with its path; lets tests end the program there.
/// </param>
/// <param name="released">Called when a call that was given up on has returned after all.</param>
internal sealed class LockedFiles(IHostFiles files, TimeProvider time, TimeSpan limit, Action<string>? before, Action<PciAddress>? released)
{
    // A read waits only for somebody else's change, and a probe of a healthy device ends within
    // that time.
    private readonly TimeSpan _readLimit = TimeSpan.FromTicks(Math.Min(limit.Ticks, 2 * TimeSpan.TicksPerSecond));
    private readonly ConcurrentDictionary<PciAddress, Task> _outstanding = new();

    /// <summary>Whether an earlier call for the device has not returned yet.</summary>
    public bool IsStuck(PciAddress address) => _outstanding.ContainsKey(address);

    /// <summary>One write on behalf of a device.</summary>
    /// <exception cref="StuckCallException">
    /// It did not return in time, or an earlier call has not.
    /// </exception>
    public Task<Errno> WriteAsync(PciAddress address, string path, string text, CancellationToken cancellationToken)
    {
        ThrowIfStuck(address);
        cancellationToken.ThrowIfCancellationRequested();
        before?.Invoke(path);

        // The token ends the wait and not the call: the kernel finishes what it has begun.
        return WaitAsync(address, $"the write to {path}", files.WriteAsync(path, text, CancellationToken.None).AsTask(), limit, cancellationToken);
    }

    /// <summary>The only driver that may take a device, when one was set; otherwise null.</summary>
    /// <exception cref="StuckCallException">
    /// The kernel did not tell in time, or an earlier call has not returned.
    /// </exception>
    public async Task<string?> ReadOverrideAsync(PciAddress address, CancellationToken cancellationToken)
    {
        ThrowIfStuck(address);
        var path = SysfsPaths.Device(address, "driver_override");
        var read = files.ReadTextAsync(path, CancellationToken.None).AsTask();
        var text = await WaitAsync(address, $"the read of {path}", read, _readLimit, cancellationToken);
        return text?.Trim() is { Length: > 0 } value && value != "(null)" ? value : null;
    }

    /// <summary>Marks a device as busy until a task ends.</summary>
    public void Watch(PciAddress address, Task task)
    {
        _outstanding[address] = task;
        _ = ForgetAsync(address, task);
    }

    private void ThrowIfStuck(PciAddress address)
    {
        if (IsStuck(address))
        {
            throw new StuckCallException($"an earlier call for {address} has not returned");
        }
    }

    private async Task<T> WaitAsync<T>(PciAddress address, string what, Task<T> call, TimeSpan longest, CancellationToken cancellationToken)
    {
        try
        {
            return await call.WaitAsync(longest, time, cancellationToken);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException && !call.IsCompleted)
        {
            Watch(address, call);
            if (error is TimeoutException)
            {
                throw new StuckCallException($"{what} has not returned within {longest.TotalSeconds:0} s");
            }

            throw;
        }
    }

    private async Task ForgetAsync(PciAddress address, Task task)
    {
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _outstanding.TryRemove(address, out _);
        released?.Invoke(address);
    }
}

/// <summary>
/// A call to the kernel did not return in time. It goes on, and cannot be called back
/// (docs/reference/driver-binding.md#calls-that-do-not-return).
/// </summary>
internal sealed class StuckCallException(string message) : Exception(message);
