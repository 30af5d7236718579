using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.Attachments;

/// <summary>Turns a step into the call that it stands for. One step is one call.</summary>
internal sealed class EniOperations(Ec2Client ec2, string cluster)
{
    public Task CreateAsync(Api.EniAttachments.EniAttachment attachment, int attempt, CancellationToken cancellationToken)
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

    public Task AdoptAsync(Api.EniAttachments.EniAttachment attachment, EniRow row, CancellationToken cancellationToken) =>
        ec2.AdoptAsync(
            row,
            SlotTags.For(cluster, attachment.Metadata.Name, attachment.Spec!, attempt: 1),
            CallPriority.AttachUnready,
            cancellationToken
        );

    public Task AttachAsync(EniStep.Attach step, Api.EniAttachments.EniAttachmentSpec spec, CancellationToken cancellationToken) =>
        ec2.AttachAsync(
            Id(step.Row),
            InstanceId.Parse(spec.InstanceId, null),
            step.DeviceIndex,
            spec.NetworkCardIndex,
            CallPriority.AttachUnready,
            cancellationToken
        );

    /// <summary>Carries out a step that changes an ENI in place or takes it away.</summary>
    public Task ChangeAsync(EniStep step, Api.EniAttachments.EniAttachmentSpec spec, CancellationToken cancellationToken) =>
        step switch
        {
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
            _ => throw new InvalidOperationException($"{step} is no change of an ENI."),
        };

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
