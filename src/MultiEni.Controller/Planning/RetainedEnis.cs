using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.Planning;

/// <summary>
/// Gives out the ENIs that outlived their nodes, each to one attachment at most. Pure. What is given
/// stands in the attachment's specification, so that a crash changes nothing about it and no two
/// reconciles take the same ENI.
/// </summary>
internal sealed class RetainedEnis
{
    private readonly List<EniRow> _rows;
    private readonly HashSet<string> _claimed;
    private readonly HashSet<string> _returning = new(StringComparer.Ordinal);
    private readonly HashSet<string> _nodes = new(StringComparer.Ordinal);
    private readonly Func<string, bool> _isMade;

    /// <summary>Those of a plan.</summary>
    public RetainedEnis(PlanInput input)
    {
        _rows = [.. input.Retained.OrderBy(row => row.EniId, StringComparer.Ordinal)];
        _isMade = input.IsMade;
        _claimed = [];
        if (_rows.Count == 0)
        {
            return;
        }

        // A claim ends with the ENI that its holder has, whichever that is.
        _claimed.UnionWith(
            input
                .Existing.Where(attachment => !attachment.Metadata.IsBeingDeleted && !_isMade(attachment.Metadata.Name))
                .Select(attachment => attachment.Spec!.RetainedEni)
                .OfType<string>()
        );
        foreach (var node in input.Nodes)
        {
            _nodes.Add(node.Name);
            if (node.Identity is NodeIdentity.Ec2 instance)
            {
                _returning.UnionWith(SlotsOf(input, instance));
            }
        }
    }

    /// <summary>The primary addresses that they hold.</summary>
    public IEnumerable<string> Addresses => _rows.Select(Retention.PrimaryOf).OfType<string>();

    /// <summary>The Elastic IPs that they hold.</summary>
    public IEnumerable<string> ElasticIps => _rows.Select(row => row.ElasticIp?.AllocationId).OfType<string>();

    /// <summary>Whether there is one for a slot in a subnet.</summary>
    public bool HasFor(string slot, string subnetId) => _rows.Any(row => row.SubnetId == subnetId && IsFree(row, slot));

    /// <summary>
    /// The ENI that a slot takes: the one that it had, one of a node of the same name, one of a node
    /// that is no longer there, of several the lowest ID; null when there is none.
    /// </summary>
    /// <param name="slot">Name of the attachment.</param>
    /// <param name="node">The node that gets the ENI.</param>
    /// <param name="subnetId">Its subnet.</param>
    /// <param name="present">The attachment, if it exists.</param>
    /// <param name="mayHave">Whether the slot may have a primary address.</param>
    public EniRow? Find(string slot, string node, string subnetId, EniAttachment? present, Func<string, bool> mayHave)
    {
        if (_rows.Count == 0 || (present is not null && HasEni(present)))
        {
            return null;
        }

        var held = present?.Spec!.RetainedEni;
        bool Fits(EniRow row) =>
            row.SubnetId == subnetId
            && (present is null ? Retention.PrimaryOf(row) is not { } primary || mayHave(primary) : Retention.CanServe(row, present.Spec!));
        return _rows.Find(row => row.EniId == held && Fits(row))
            ?? _rows
                .Where(row => Fits(row) && IsFree(row, slot))
                .OrderBy(row => row.Slot != slot)
                .ThenBy(row => row.Tags.GetValueOrDefault(EniTags.Node) != node)
                .ThenBy(row => _nodes.Contains(row.Tags.GetValueOrDefault(EniTags.Node, "")))
                .ThenBy(row => row.EniId, StringComparer.Ordinal)
                .FirstOrDefault();
    }

    /// <summary>Nobody else gets the ENI from here on.</summary>
    public void Take(EniRow? row)
    {
        if (row is not null)
        {
            _claimed.Add(row.EniId);
        }
    }

    /// <summary>
    /// What an attachment says of it: the ENI that it takes now, or the one that it took.
    /// </summary>
    public string? ClaimOf(EniAttachment? present, EniRow? taken) =>
        taken?.EniId ?? (present is not null && HasEni(present) ? present.Spec!.RetainedEni : null);

    private bool HasEni(EniAttachment attachment) => _isMade(attachment.Metadata.Name);

    // A node that comes back finds its own ENI in its slot, so nobody else gets that one.
    private bool IsFree(EniRow row, string slot) => !_claimed.Contains(row.EniId) && (row.Slot == slot || !_returning.Contains(row.Slot ?? ""));

    private static IEnumerable<string> SlotsOf(PlanInput input, NodeIdentity.Ec2 instance)
    {
        var metadata = input.NodeEni.Metadata;
        string Name(string slot) => SlotName.Of(metadata.Name, metadata.Uid!, instance.InstanceId, slot);
        return input.NodeEni.Spec!.SubnetPolicy == SubnetPolicies.MostFree
            ? [Name(SlotName.MostFree)]
            : (input.Network?.Subnets ?? []).Where(subnet => subnet.Zone == instance.Zone).Select(subnet => Name(subnet.SubnetId));
    }
}
