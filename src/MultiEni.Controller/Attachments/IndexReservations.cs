using MultiEni.Controller.Ec2.Inventory;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// Device indexes that ENIs are about to take, from before they are created until EC2 shows them
/// attached. Several ENIs of one node are made at the same time, and without this each would see
/// the same last place free. And those that EC2 refused as taken, whatever its descriptions show.
/// </summary>
internal sealed class IndexReservations(TimeProvider time)
{
    private static readonly TimeSpan TakenLifetime = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Instance, int Card, int Index), string> _holders = [];
    private readonly Dictionary<(string Instance, int Card, int Index), DateTimeOffset> _taken = [];

    /// <summary>
    /// The indexes of a card that are in use or reserved by anyone but <paramref name="holder" />.
    /// </summary>
    public HashSet<int> InUse(string instanceId, int card, IReadOnlyList<DeviceSlot> occupied, string holder)
    {
        var used = occupied.Where(slot => slot.NetworkCardIndex == card).Select(slot => slot.DeviceIndex).ToHashSet();
        used.UnionWith(ReservedByOthers(instanceId, card, holder));
        lock (_gate)
        {
            foreach (var (key, until) in _taken.ToList())
            {
                if (until <= time.GetUtcNow())
                {
                    _taken.Remove(key);
                }
                else if (key.Instance == instanceId && key.Card == card)
                {
                    used.Add(key.Index);
                }
            }
        }

        return used;
    }

    /// <summary>
    /// The indexes of a card that anyone but <paramref name="holder" /> reserved.
    /// </summary>
    public IReadOnlySet<int> ReservedByOthers(string instanceId, int card, string holder)
    {
        lock (_gate)
        {
            return _holders
                .Where(entry => entry.Key.Instance == instanceId && entry.Key.Card == card && entry.Value != holder)
                .Select(entry => entry.Key.Index)
                .ToHashSet();
        }
    }

    /// <summary>Reserves an index; false when somebody else did in between.</summary>
    public bool TryReserve(string instanceId, int card, int index, string holder)
    {
        lock (_gate)
        {
            return _holders.TryAdd((instanceId, card, index), holder) || _holders[(instanceId, card, index)] == holder;
        }
    }

    /// <summary>
    /// EC2 says that the index is taken. It knows better than its descriptions, which are behind,
    /// and would have the same index tried again and again.
    /// </summary>
    public void MarkTaken(string instanceId, int card, int index)
    {
        lock (_gate)
        {
            _taken[(instanceId, card, index)] = time.GetUtcNow() + TakenLifetime;
        }
    }

    /// <summary>
    /// Lets all reservations of a holder go: EC2 shows the attachment now, or there will be none.
    /// </summary>
    public void Release(string holder)
    {
        lock (_gate)
        {
            foreach (var key in _holders.Where(entry => entry.Value == holder).Select(entry => entry.Key).ToList())
            {
                _holders.Remove(key);
            }
        }
    }
}
