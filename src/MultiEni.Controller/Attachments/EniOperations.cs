using System.Diagnostics;
using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.Attachments;

/// <summary>Turns a step into the call that it stands for. One step is one call.</summary>
internal sealed class EniOperations(Ec2Client ec2, string cluster)
{
    /// <summary>Makes the call of a step.</summary>
    public Task CallAsync(EniAttachment attachment, EniStep.Call step, CancellationToken cancellationToken)
    {
        var spec = attachment.Spec!;
        return step switch
        {
            EniStep.Adopt adopt => ec2.AdoptAsync(
                adopt.Row,
                SlotTags.For(cluster, attachment.Metadata.Name, spec, attempt: 1),
                CallPriority.AttachUnready,
                cancellationToken
            ),
            EniStep.Create create => CreateAsync(attachment, create.Attempt, cancellationToken),
            EniStep.Attach attach => ec2.AttachAsync(
                Id(attach.Row),
                InstanceId.Parse(spec.InstanceId, null),
                attach.DeviceIndex,
                spec.NetworkCardIndex,
                CallPriority.AttachUnready,
                cancellationToken
            ),
            EniStep.SetSourceDestCheck set => ec2.SetSourceDestCheckAsync(Id(set.Row), set.Enabled, CallPriority.SourceDestCheck, cancellationToken),
            EniStep.SetDeleteOnTermination set => ec2.SetDeleteOnTerminationAsync(
                Id(set.Row),
                AttachmentId.Parse(set.Row.Attachment!.AttachmentId, null),
                set.Enabled,
                CallPriority.DeleteOnTermination,
                cancellationToken
            ),
            EniStep.SetSecurityGroups set => ec2.SetSecurityGroupsAsync(Id(set.Row), spec.SecurityGroupIds, CallPriority.Drift, cancellationToken),
            EniStep.SetDescription set => ec2.SetDescriptionAsync(Id(set.Row), spec.Description ?? "", CallPriority.Drift, cancellationToken),
            EniStep.SetTags set => ec2.TagAsync(Id(set.Row), set.Set, CallPriority.Drift, cancellationToken),
            EniStep.AssignAddresses assign => AssignAsync(assign, cancellationToken),
            EniStep.Detach detach => ec2.DetachAsync(
                AttachmentId.Parse(detach.Row.Attachment!.AttachmentId, null),
                detach.Force,
                CallPriority.DetachAndDelete,
                cancellationToken
            ),
            EniStep.Delete delete => ec2.DeleteAsync(Id(delete.Row), CallPriority.DetachAndDelete, cancellationToken),
            _ => throw new UnreachableException($"{step} is not handled"),
        };
    }

    private Task<EniRow> CreateAsync(EniAttachment attachment, int attempt, CancellationToken cancellationToken)
    {
        var slot = attachment.Metadata.Name;
        var spec = attachment.Spec!;
        var request = new CreateEniRequest(
            "",
            spec.SubnetId,
            spec.SecurityGroupIds,
            spec.Description ?? "",
            SlotTags.For(cluster, slot, spec, attempt),
            spec.SecondaryPrivateIpCount,
            spec.Ipv4PrefixCount,
            spec.Ipv6AddressCount,
            spec.Ipv6PrefixCount
        );
        return ec2.CreateAsync(
            request with
            {
                ClientToken = ClientToken.For(cluster, slot, attachment.Metadata.Uid!, request, attempt),
            },
            CallPriority.Create,
            cancellationToken
        );
    }

    private Task AssignAsync(EniStep.AssignAddresses step, CancellationToken cancellationToken) =>
        step.Kind switch
        {
            AddressKind.SecondaryIpv4 => ec2.AssignPrivateIpsAsync(Id(step.Row), step.Count, CallPriority.Drift, cancellationToken),
            AddressKind.Ipv4Prefix => ec2.AssignIpv4PrefixesAsync(Id(step.Row), step.Count, CallPriority.Drift, cancellationToken),
            AddressKind.Ipv6 => ec2.AssignIpv6AddressesAsync(Id(step.Row), step.Count, CallPriority.Drift, cancellationToken),
            _ => ec2.AssignIpv6PrefixesAsync(Id(step.Row), step.Count, CallPriority.Drift, cancellationToken),
        };

    private static EniId Id(EniRow row) => EniId.Parse(row.EniId, null);
}
