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

        foreach (var node in input.Nodes)
        {
            _nodes.Add(node.Name);
            if (node.Identity is NodeIdentity.Ec2 instance)
            {
                _returning.UnionWith(SlotsOf(input, instance));
            }
        }

        // A claim ends with the ENI that its holder has, whichever that is.
        _claimed.UnionWith(
            input
                .Existing.Where(attachment => !attachment.Metadata.IsBeingDeleted && !_isMade(attachment.Metadata.Name))
                .Where(attachment => _rows.Find(row => row.EniId == attachment.Spec!.RetainedEni) is not { } row || !IsWantedBack(row, attachment))
                .Select(attachment => attachment.Spec!.RetainedEni)
                .OfType<string>()
        );
    }

    /// <summary>The primary addresses that they hold.</summary>
    public IEnumerable<string> Addresses => _rows.Select(Retention.PrimaryOf).OfType<string>();

    /// <summary>The Elastic IPs that they hold.</summary>
    public IEnumerable<string> ElasticIps => _rows.Select(row => row.ElasticIp?.AllocationId).OfType<string>();

    /// <summary>Whether there is one for a slot in a subnet.</summary>
    public bool HasFor(string slot, string subnetId) => _rows.Any(row => row.SubnetId == subnetId && IsFree(row, slot));

    /// <summary>Whether a slot's own ENI is one of them, in a subnet.</summary>
    public bool HasOwn(string slot, string subnetId) => _rows.Any(row => row.SubnetId == subnetId && row.Slot == slot && IsFree(row, slot));

    /// <summary>Whether an attachment is about to take one in its subnet.</summary>
    public bool IsHeld(EniAttachment attachment) =>
        !HasEni(attachment) && _rows.Any(row => row.EniId == attachment.Spec!.RetainedEni && row.SubnetId == attachment.Spec.SubnetId);

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
        return _rows.Find(row => row.EniId == held && Fits(row) && !IsWantedBack(row, present!))
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
    /// What an attachment says of it: the ENI that it takes now, or the one that it took. A claim on
    /// one ends when the attachment has got another.
    /// </summary>
    public string? ClaimOf(EniAttachment? present, EniRow? taken)
    {
        if (taken is not null || present is null || !HasEni(present))
        {
            return taken?.EniId;
        }

        var has = present.Status?.Network?.EniId;
        return has is null || has == present.Spec!.RetainedEni ? present.Spec!.RetainedEni : null;
    }

    private bool HasEni(EniAttachment attachment) => _isMade(attachment.Metadata.Name);

    // Its own node is back, and the claimant can have any other, unless it waits for the address.
    private bool IsWantedBack(EniRow row, EniAttachment claimant) =>
        row.Slot != claimant.Metadata.Name && claimant.Spec!.PrivateIpAddress is null && _returning.Contains(row.Slot ?? "");

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
