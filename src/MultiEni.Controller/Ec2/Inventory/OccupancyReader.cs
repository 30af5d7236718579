using System.Collections.Concurrent;
using MultiEni.Controller.Ec2.Failures;

namespace MultiEni.Controller.Ec2.Inventory;

/// <summary>
/// Reads what is attached to instances, foreign ENIs included; many instances in one call, and each not again while its last reading counts
/// (docs/reference/ec2.md#call-plan).
/// </summary>
internal sealed class OccupancyReader : IDisposable
{
    private readonly ConcurrentDictionary<InstanceId, Reading> _readings = new();
    private readonly DescribeCoalescer<InstanceId, IReadOnlyList<DeviceSlot>> _coalescer;
    private readonly string _cluster;
    private readonly TimeSpan _lifetime;
    private readonly TimeProvider _time;
    private long _forgotten;

    public OccupancyReader(
        Func<IReadOnlyList<InstanceId>, CancellationToken, Task<IReadOnlyList<EniRow>>> describe,
        string cluster,
        TimeSpan lifetime,
        TimeProvider time
    )
    {
        _cluster = cluster;
        _lifetime = lifetime;
        _time = time;
        _forgotten = time.GetTimestamp();
        _coalescer = new(
            async (instances, token) => ByInstance(await describe(instances, token)),
            static exception =>
                exception
                    is Ec2CallException
                    {
                        Failure.Reaction: not (
                            Ec2Reaction.Throttled
                            or Ec2Reaction.OutcomeUnknown
                            or Ec2Reaction.Unauthorized
                            or Ec2Reaction.Unauthenticated
                        )
                    },
            new(),
            time
        );
    }

    /// <summary>Places that were taken on the instance when it was last read.</summary>
    public async Task<IReadOnlyList<DeviceSlot>> ReadAsync(InstanceId instance, CancellationToken cancellationToken)
    {
        if (_readings.TryGetValue(instance, out var reading) && _time.GetElapsedTime(reading.At) < _lifetime)
        {
            return reading.Slots;
        }

        var asked = _time.GetTimestamp();
        var slots = await _coalescer.GetAsync(instance, cancellationToken) ?? [];
        ForgetOld();
        _readings[instance] = new(slots, asked);
        return slots;
    }

    /// <summary>The next question goes to EC2.</summary>
    public void Forget(InstanceId instance) => _readings.TryRemove(instance, out _);

    public void Dispose() => _coalescer.Dispose();

    // Thousands of instances are remembered for a while, so only the places are, not all that EC2 says of the ENIs in them.
    private Dictionary<InstanceId, IReadOnlyList<DeviceSlot>> ByInstance(IReadOnlyList<EniRow> rows)
    {
        var result = new Dictionary<InstanceId, IReadOnlyList<DeviceSlot>>();
        foreach (var group in rows.GroupBy(row => row.Attachment?.InstanceId))
        {
            if (InstanceId.TryParse(group.Key, out var instance))
            {
                result[instance] = [.. group.Select(row => Occupancy.SlotOf(row, _cluster)).OfType<DeviceSlot>()];
            }
        }

        return result;
    }

    // All of them are looked at, so not for each that is read.
    private void ForgetOld()
    {
        var last = Volatile.Read(ref _forgotten);
        if (_time.GetElapsedTime(last) < _lifetime || Interlocked.CompareExchange(ref _forgotten, _time.GetTimestamp(), last) != last)
        {
            return;
        }

        foreach (var (instance, reading) in _readings)
        {
            if (_time.GetElapsedTime(reading.At) >= _lifetime)
            {
                _readings.TryRemove(new(instance, reading));
            }
        }
    }

    private sealed record Reading(IReadOnlyList<DeviceSlot> Slots, long At);
}
