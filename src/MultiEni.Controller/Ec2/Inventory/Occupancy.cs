namespace MultiEni.Controller.Ec2.Inventory;

/// <summary>Puts a reading of an instance together with what is known since of our own ENIs.</summary>
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

    /// <summary>The place that an ENI takes on its instance; null when it is attached to none.</summary>
    public static DeviceSlot? SlotOf(EniRow row, string cluster) =>
        row.Attachment is { Status: not EniStates.Detached } attachment
            ? new(attachment.NetworkCardIndex, attachment.DeviceIndex, row.EniId, IsOurs(row, cluster))
            : null;

    private static bool IsOurs(EniRow row, string cluster) =>
        row.Tags.GetValueOrDefault(EniTags.Cluster) == cluster && row.Tags.GetValueOrDefault(EniTags.ManagedBy) == EniTags.Owner;
}
