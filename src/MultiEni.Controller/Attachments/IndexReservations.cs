using MultiEni.Controller.Ec2.Inventory;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// Device indexes that ENIs are about to take, from before they are created until EC2 shows them attached. Several ENIs of one node are made at
/// the same time, and without this each would see the same last place free.
/// </summary>
internal sealed class IndexReservations
{
    private readonly Lock gate = new();
    private readonly Dictionary<(string Instance, int Card, int Index), string> holders = [];

    /// <summary>The indexes of a card that are in use or reserved by anyone but <paramref name="holder"/>.</summary>
    public HashSet<int> InUse(string instanceId, int card, IReadOnlyList<DeviceSlot> occupied, string holder)
    {
        var used = occupied.Where(slot => slot.NetworkCardIndex == card).Select(slot => slot.DeviceIndex).ToHashSet();
        lock (gate)
        {
            foreach (var (key, owner) in holders)
            {
                if (key.Instance == instanceId && key.Card == card && owner != holder)
                {
                    used.Add(key.Index);
                }
            }
        }

        return used;
    }

    /// <summary>Reserves an index; false when somebody else did in between.</summary>
    public bool TryReserve(string instanceId, int card, int index, string holder)
    {
        lock (gate)
        {
            return holders.TryAdd((instanceId, card, index), holder) || holders[(instanceId, card, index)] == holder;
        }
    }

    /// <summary>Lets all reservations of a holder go: EC2 shows the attachment now, or there will be none.</summary>
    public void Release(string holder)
    {
        lock (gate)
        {
            foreach (var key in holders.Where(entry => entry.Value == holder).Select(entry => entry.Key).ToList())
            {
                holders.Remove(key);
            }
        }
    }
}
