namespace MultiEni.Simulator.Ec2.State;

/// <summary>A network interface through its versions.</summary>
/// <param name="sequence">Order of creation, which is the order of pages.</param>
internal sealed class NetworkInterfaceEntry(long sequence, NetworkInterface row, DateTimeOffset visibleFrom)
{
    private readonly List<(DateTimeOffset ReplacedAt, NetworkInterface? Row)> _former = [];

    public long Sequence => sequence;

    /// <summary>Until then look-ups may miss it (docs/reference/ec2.md#consistency).</summary>
    public DateTimeOffset VisibleFrom => visibleFrom;

    /// <summary>The present version; the last one when it has been deleted.</summary>
    public NetworkInterface Row { get; private set; } = row;

    public bool Deleted { get; private set; }

    public void Replace(NetworkInterface row) => Row = row;

    public void Delete() => Deleted = true;

    /// <summary>Remembers what a stale read will still see; null for "not there yet".</summary>
    public void Remember(DateTimeOffset now, NetworkInterface? row) => _former.Add((now, row));

    /// <summary>The version that was current at that time, or null when there was none.</summary>
    public NetworkInterface? AsOf(DateTimeOffset time)
    {
        foreach (var (replacedAt, former) in _former)
        {
            if (replacedAt > time)
            {
                return former;
            }
        }

        return Deleted ? null : Row;
    }
}
