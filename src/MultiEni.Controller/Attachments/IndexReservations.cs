using MultiEni.Controller.Ec2.Inventory;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// Device indexes that attach calls under way are about to take. EC2 does not show them yet, and two ENIs of one node are attached at
/// the same time.
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

    /// <summary>Lets a reservation go: EC2 shows the attachment now, or the call failed.</summary>
    public void Release(string instanceId, int card, int index)
    {
        lock (gate)
        {
            holders.Remove((instanceId, card, index));
        }
    }
}
