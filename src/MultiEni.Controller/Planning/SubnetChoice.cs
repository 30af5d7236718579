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
        IReadOnlyDictionary<string, EniAttachment> existing,
        FreeAddresses free
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
        var best = present ?? inZone.OrderByDescending(free.In).ThenBy(subnet => subnet.SubnetId, StringComparer.Ordinal).First();
        return [(SlotName.MostFree, best)];
    }
}
