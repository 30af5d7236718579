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
    private readonly DescribeCoalescer<InstanceId, InstanceReading> _coalescer;
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

    /// <summary>What was on the instance when it was last read.</summary>
    public async Task<InstanceReading> ReadAsync(InstanceId instance, CancellationToken cancellationToken)
    {
        if (_readings.TryGetValue(instance, out var reading) && _time.GetElapsedTime(reading.At) < _lifetime)
        {
            return reading.Found;
        }

        var asked = _time.GetTimestamp();
        var found = await _coalescer.GetAsync(instance, cancellationToken) ?? InstanceReading.Nothing;
        ForgetOld();
        _readings[instance] = new(found, asked);
        return found;
    }

    /// <summary>The next question goes to EC2.</summary>
    public void Forget(InstanceId instance) => _readings.TryRemove(instance, out _);

    /// <summary>
    /// An ENI that could be adopted is so no more; what else was read of its instance stays.
    /// </summary>
    public void ForgetGiven(InstanceId instance, string eniId)
    {
        if (_readings.TryGetValue(instance, out var reading))
        {
            var left = reading.Found with { Given = [.. reading.Found.Given.Where(row => row.EniId != eniId)] };
            _readings.TryUpdate(instance, reading with { Found = left }, reading);
        }
    }

    public void Dispose() => _coalescer.Dispose();

    // Thousands of instances are remembered for a while, so only the places are, not all that EC2
    // says of the ENIs in them; but for the few that may be adopted.
    private Dictionary<InstanceId, InstanceReading> ByInstance(IReadOnlyList<EniRow> rows)
    {
        var result = new Dictionary<InstanceId, InstanceReading>();
        foreach (var group in rows.GroupBy(row => row.Attachment?.InstanceId))
        {
            if (InstanceId.TryParse(group.Key, out var instance))
            {
                result[instance] = new(
                    [.. group.Select(row => Occupancy.SlotOf(row, _cluster)).OfType<DeviceSlot>()],
                    [.. group.Where(LaunchedEnis.IsGiven)]
                );
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

    private sealed record Reading(InstanceReading Found, long At);
}

/// <summary>What EC2 shows on an instance.</summary>
/// <param name="Slots">Places that are taken, by whomsoever.</param>
/// <param name="Given">
/// ENIs that its launch template gave to this controller, adopted already or not.
/// </param>
internal sealed record InstanceReading(IReadOnlyList<DeviceSlot> Slots, IReadOnlyList<EniRow> Given)
{
    /// <summary>EC2 knows of no ENI there.</summary>
    public static InstanceReading Nothing { get; } = new([], []);
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
            var deleted = known is null && slot.Ours && !state.IsReleased(slot.EniId) && state.PresenceOf(slot.EniId) is Presence.Absent;
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
