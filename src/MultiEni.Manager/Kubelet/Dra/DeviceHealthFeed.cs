using System.Runtime.CompilerServices;
using MultiEni.Api.Kubernetes;
using MultiEni.Manager.Kubelet.Wire;

namespace MultiEni.Manager.Kubelet.Dra;

/// <summary>
/// Tells kubelets of the health of all devices: when it changes, and again before the last word is
/// too old to count. The kubelet shows it in the status of the containers that have a device. Safe
/// for concurrent use.
/// </summary>
internal sealed class DeviceHealthFeed(TimeProvider time)
{
    private const int LongestMessage = 1024;
    private const int Healthy = 1;
    private const int Unhealthy = 2;

    /// <summary>For how long a word counts.</summary>
    internal static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <summary>How often it is repeated.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);

    private readonly Lock _lock = new();
    private IReadOnlyList<DeviceHealth> _devices = [];
    private TaskCompletionSource _changed = New();
    private bool _ended;

    /// <summary>The health of all devices from now on.</summary>
    public void Announce(IReadOnlyList<DeviceHealth> devices)
    {
        lock (_lock)
        {
            if (!_devices.SequenceEqual(devices))
            {
                _devices = devices;
                Wake();
            }
        }
    }

    /// <summary>Ends all watches.</summary>
    public void End()
    {
        lock (_lock)
        {
            _ended = true;
            Wake();
        }
    }

    /// <summary>NodeWatchResourcesResponse after NodeWatchResourcesResponse.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (Present() is var (devices, changed))
        {
            yield return Message(devices, time.GetUtcNow());
            using var repeated = new CancellationTokenSource();
            await Task.WhenAny(changed, Task.Delay(Interval, time, repeated.Token)).WaitAsync(cancellationToken);
            await repeated.CancelAsync();
        }
    }

    private static ReadOnlyMemory<byte> Message(IReadOnlyList<DeviceHealth> devices, DateTimeOffset now)
    {
        var writer = new ProtoWriter();
        foreach (var device in devices)
        {
            writer.Message(
                1,
                item =>
                {
                    item.Message(
                        1,
                        identifier =>
                        {
                            identifier.Text(1, device.Pool);
                            identifier.Text(2, device.Device);
                        }
                    );
                    item.Number(2, device.Problem is null ? Healthy : Unhealthy);
                    item.Number(3, now.ToUnixTimeSeconds());
                    item.Number(4, (long)Timeout.TotalSeconds);
                    item.Text(5, Conditions.Cut(device.Problem ?? "", LongestMessage));
                }
            );
        }

        return writer.Written;
    }

    private (IReadOnlyList<DeviceHealth> Devices, Task Changed)? Present()
    {
        lock (_lock)
        {
            return _ended ? null : (_devices, _changed.Task);
        }
    }

    private void Wake()
    {
        _changed.TrySetResult();
        _changed = New();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>The health of one device.</summary>
/// <param name="Pool">The pool of its slice.</param>
/// <param name="Device">Its name in the slice.</param>
/// <param name="Problem">Why a pod cannot use it; null when it can.</param>
internal sealed record DeviceHealth(string Pool, string Device, string? Problem);
