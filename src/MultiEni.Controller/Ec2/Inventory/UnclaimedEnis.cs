namespace MultiEni.Controller.Ec2.Inventory;

/// <summary>
/// ENIs with our owner tag and without any cluster's: the Go controller left them, which knew no
/// cluster tag (docs/reference/go-controller.md#objects-and-tags). They belong to a slot of this
/// cluster when they are attached to its instance and carry its NodeENI and subnet. Not for
/// concurrent use.
/// </summary>
internal sealed class UnclaimedEnis
{
    private readonly Dictionary<(string Instance, string NodeEni, string Subnet), List<EniRow>> _rows = [];

    /// <summary>How many are known.</summary>
    public int Count => _rows.Values.Sum(rows => rows.Count);

    /// <summary>Keeps the row if it is one of those.</summary>
    public void Observe(EniRow row)
    {
        if (KeyOf(row) is not { } key)
        {
            return;
        }

        if (!_rows.TryGetValue(key, out var rows))
        {
            _rows.Add(key, rows = []);
        }

        rows.RemoveAll(known => known.EniId == row.EniId);
        rows.Add(row);
    }

    /// <summary>All that are known.</summary>
    public IReadOnlyList<EniRow> Rows() => [.. _rows.Values.SelectMany(rows => rows)];

    /// <summary>
    /// EC2 was asked for an ENI that is known: it stays only if it still is where it was and still
    /// belongs to nobody.
    /// </summary>
    /// <param name="before">As it was known.</param>
    /// <param name="now">As EC2 shows it now; null when it shows none.</param>
    /// <returns>Whether it stays.</returns>
    public bool Confirm(EniRow before, EniRow? now)
    {
        if (now is not null && KeyOf(now) is { } key && key == KeyOf(before))
        {
            return true;
        }

        Remove(before.EniId);
        return false;
    }

    /// <summary>The one with the lowest device index; null when there is none.</summary>
    public EniRow? Find(string instanceId, string nodeEni, string subnetId) =>
        _rows.TryGetValue((instanceId, nodeEni, subnetId), out var rows) ? rows.MinBy(row => row.Attachment!.DeviceIndex) : null;

    /// <summary>It is a slot's now, or gone.</summary>
    public void Remove(string eniId)
    {
        foreach (var (key, rows) in _rows)
        {
            if (rows.RemoveAll(row => row.EniId == eniId) > 0)
            {
                if (rows.Count == 0)
                {
                    _rows.Remove(key);
                }

                return;
            }
        }
    }

    private static (string Instance, string NodeEni, string Subnet)? KeyOf(EniRow row) =>
        !row.Tags.ContainsKey(EniTags.Cluster)
        // The tags of a launch template are on the primary interface, too.
        && row.Attachment is { InstanceId: { } instance, Status: EniStates.Attached, IsPrimary: false }
        && row.Tags.TryGetValue(EniTags.NodeEni, out var nodeEni)
            ? (instance, nodeEni, row.SubnetId)
            : null;
}
