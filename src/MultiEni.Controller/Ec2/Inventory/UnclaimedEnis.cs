namespace MultiEni.Controller.Ec2.Inventory;

/// <summary>
/// ENIs with our owner tag and without any cluster's: the Go controller left them, which knew no cluster tag [peer 1.2]. They belong to a slot of this
/// cluster when they are attached to its instance and carry its NodeENI and subnet. Not for concurrent use.
/// </summary>
internal sealed class UnclaimedEnis
{
    private readonly Dictionary<(string Instance, string NodeEni, string Subnet), List<EniRow>> _rows = [];

    /// <summary>How many are known.</summary>
    public int Count => _rows.Values.Sum(rows => rows.Count);

    /// <summary>Keeps the row if it is one of those.</summary>
    public void Observe(EniRow row)
    {
        if (
            !row.Tags.ContainsKey(EniTags.Cluster)
            && row.Attachment is { InstanceId: { } instance, Status: EniStates.Attached }
            && row.Tags.TryGetValue(EniTags.NodeEni, out var nodeEni)
        )
        {
            var key = (instance, nodeEni, row.SubnetId);
            if (!_rows.TryGetValue(key, out var rows))
            {
                _rows.Add(key, rows = []);
            }

            rows.Add(row);
        }
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
}
