using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;

namespace MultiEni.Controller.Planning;

/// <summary>Which of its zone's subnets a node gets an ENI in. Pure.</summary>
internal static class SubnetChoice
{
    /// <summary>The slots of a node, each with its subnet.</summary>
    /// <param name="input">The NodeENI, and which subnets have no room.</param>
    /// <param name="instance">The node's instance.</param>
    /// <param name="inZone">The subnets in its zone; at least one.</param>
    /// <param name="existing">The NodeENI's attachments by name.</param>
    /// <param name="free">Free addresses.</param>
    /// <param name="primaries">The primary addresses that the NodeENI lists.</param>
    /// <param name="retained">The ENIs that outlived their nodes.</param>
    public static IReadOnlyList<(string Slot, ResolvedSubnet Subnet)> For(
        PlanInput input,
        NodeIdentity.Ec2 instance,
        IReadOnlyList<ResolvedSubnet> inZone,
        IReadOnlyDictionary<string, EniAttachment> existing,
        FreeAddresses free,
        FixedAddresses primaries,
        RetainedEnis retained
    )
    {
        var nodeEni = input.NodeEni;
        var spec = nodeEni.Spec!;
        if (spec.SubnetPolicy != SubnetPolicies.MostFree)
        {
            return inZone.Select(subnet => (subnet.SubnetId, subnet)).ToList();
        }

        var name = SlotName.Of(nodeEni.Metadata.Name, nodeEni.Metadata.Uid!, instance.InstanceId, SlotName.MostFree);
        bool HasRetained(ResolvedSubnet subnet) => retained.HasFor(name, subnet.SubnetId);
        bool HasRoom(ResolvedSubnet subnet) =>
            HasRetained(subnet)
            || (
                !input.HasNoRoom(subnet.SubnetId)
                && subnet.TakesAddressesOf(spec)
                && free.In(subnet) >= FreeAddresses.NeededIn(subnet, spec)
                && primaries.HasFree(subnet)
            );

        var best = inZone
            .OrderByDescending(subnet => retained.HasOwn(name, subnet.SubnetId))
            .ThenByDescending(HasRetained)
            .ThenByDescending(HasRoom)
            .ThenByDescending(free.In)
            .ThenBy(subnet => subnet.SubnetId, StringComparer.Ordinal)
            .First();
        if (
            existing.TryGetValue(name, out var attachment)
            && inZone.FirstOrDefault(subnet => subnet.SubnetId == attachment.Spec!.SubnetId) is { } present
        )
        {
            // An ENI stays in its subnet: free addresses move all the time. One that cannot be
            // created there goes where there is room.
            var stays = HasEni(input, attachment) || retained.IsHeld(attachment) || !input.HasNoRoom(present.SubnetId) || !HasRoom(best);
            return [(SlotName.MostFree, stays ? present : best)];
        }

        return [(SlotName.MostFree, best)];
    }

    private static bool HasEni(PlanInput input, EniAttachment attachment) =>
        attachment.Status?.Network is { EniId: not null, State: not EniState.Pending } || input.IsMade(attachment.Metadata.Name);
}
