namespace MultiEni.Controller.Ec2.Inventory;

/// <summary>Puts a reading of an instance together with what is known since of our own ENIs.</summary>
internal static class Occupancy
{
    public static IReadOnlyList<DeviceSlot> Of(string instanceId, IReadOnlyList<EniRow> read, InventoryState state, string cluster)
    {
        var slots = new Dictionary<string, DeviceSlot>(StringComparer.Ordinal);
        foreach (var row in read)
        {
            // Of our own ENIs the inventory knows better: attached, detached or deleted since.
            var known = state.Find(row.EniId);
            var deleted = known is null && state.PresenceOf(row.EniId) is Presence.Absent && IsOurs(row, cluster);
            if (!deleted)
            {
                Add(known ?? row);
            }
        }

        foreach (var row in state.FindByInstance(instanceId))
        {
            Add(row);
        }

        return [.. slots.Values.OrderBy(slot => slot.NetworkCardIndex).ThenBy(slot => slot.DeviceIndex)];

        void Add(EniRow row)
        {
            if (row.Attachment is { Status: not EniStates.Detached } attachment && attachment.InstanceId == instanceId)
            {
                slots[row.EniId] = new(attachment.NetworkCardIndex, attachment.DeviceIndex, row.EniId, IsOurs(row, cluster));
            }
        }
    }

    private static bool IsOurs(EniRow row, string cluster) =>
        row.Tags.GetValueOrDefault(EniTags.Cluster) == cluster && row.Tags.GetValueOrDefault(EniTags.ManagedBy) == EniTags.Owner;
}
