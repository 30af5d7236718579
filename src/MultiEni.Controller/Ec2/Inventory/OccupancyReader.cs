using System.Collections.Concurrent;
using MultiEni.Controller.Ec2.Failures;

namespace MultiEni.Controller.Ec2.Inventory;

/// <summary>
/// Reads what is attached to instances, foreign ENIs included; many instances in one call, and each
/// not again while its last reading counts (docs/reference/ec2.md#call-plan).
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
            static exception => exception is Ec2CallException { Failure.Reaction.ConcernsRequest: true },
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

    // Thousands of instances are remembered for a while, so only the places are, not all that EC2
    // says of the ENIs in them.
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

/// <summary>
/// Puts a reading of an instance together with what is known since of our own ENIs.
/// </summary>
internal static class Occupancy
{
    public static IReadOnlyList<DeviceSlot> Of(string instanceId, IReadOnlyList<DeviceSlot> read, InventoryState state, string cluster)
    {
        var slots = new Dictionary<string, DeviceSlot>(StringComparer.Ordinal);
        foreach (var slot in read)
        {
            // Of our own ENIs the inventory knows better: attached, detached or deleted since.
            var known = state.Find(slot.EniId);
            var deleted = known is null && slot.Ours && state.PresenceOf(slot.EniId) is Presence.Absent;
            if (known is null && !deleted)
            {
                slots[slot.EniId] = slot;
            }
        }

        foreach (var row in state.FindByInstance(instanceId))
        {
            if (SlotOf(row, cluster) is { } slot)
            {
                slots[slot.EniId] = slot;
            }
        }

        return [.. slots.Values.OrderBy(slot => slot.NetworkCardIndex).ThenBy(slot => slot.DeviceIndex)];
    }

    /// <summary>
    /// The place that an ENI takes on its instance; null when it is attached to none.
    /// </summary>
    public static DeviceSlot? SlotOf(EniRow row, string cluster) =>
        row.Attachment is { Status: not EniStates.Detached } attachment
            ? new(attachment.NetworkCardIndex, attachment.DeviceIndex, row.EniId, IsOurs(row, cluster))
            : null;

    private static bool IsOurs(EniRow row, string cluster) =>
        row.Tags.GetValueOrDefault(EniTags.Cluster) == cluster && row.Tags.GetValueOrDefault(EniTags.ManagedBy) == EniTags.Owner;
}

/// <summary>A device index in use on an instance.</summary>
/// <param name="NetworkCardIndex">Card.</param>
/// <param name="DeviceIndex">Index on the card.</param>
/// <param name="EniId">What is attached there.</param>
/// <param name="Ours">
/// Whether the ENI is one of this cluster's slots; otherwise it is the VPC CNI's or somebody
/// else's.
/// </param>
internal readonly record struct DeviceSlot(int NetworkCardIndex, int DeviceIndex, string EniId, bool Ours);
