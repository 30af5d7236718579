using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;

namespace MultiEni.Controller.Planning;

/// <summary>Which of its zone's subnets a node gets an ENI in. Pure.</summary>
internal static class SubnetChoice
{
    public static IReadOnlyList<(string Slot, ResolvedSubnet Subnet)> For(
        NodeEni nodeEni,
        NodeIdentity.Ec2 instance,
        IReadOnlyList<ResolvedSubnet> inZone,
        IReadOnlyDictionary<string, EniAttachment> existing
    )
    {
        if (nodeEni.Spec!.SubnetPolicy != SubnetPolicies.MostFree)
        {
            return inZone.Select(subnet => (subnet.SubnetId, subnet)).ToList();
        }

        // An ENI stays in its subnet while that is still one of the wanted: free addresses move all the time.
        var name = SlotName.Of(nodeEni.Metadata.Name, nodeEni.Metadata.Uid!, instance.InstanceId, SlotName.MostFree);
        var present = existing.TryGetValue(name, out var attachment)
            ? inZone.FirstOrDefault(subnet => subnet.SubnetId == attachment.Spec!.SubnetId)
            : null;
        if (present is not null)
        {
            return [(SlotName.MostFree, present)];
        }

        // Free addresses are known from the last description only; attachments that have none yet are taken off by hand.
        var inFlight = existing
            .Values.Where(other => other.Status?.Network?.EniId is null)
            .GroupBy(other => other.Spec!.SubnetId)
            .ToDictionary(group => group.Key, group => group.Count());
        var best = inZone
            .OrderByDescending(subnet => subnet.FreeAddresses - inFlight.GetValueOrDefault(subnet.SubnetId))
            .ThenBy(subnet => subnet.SubnetId, StringComparer.Ordinal)
            .First();
        return [(SlotName.MostFree, best)];
    }
}
