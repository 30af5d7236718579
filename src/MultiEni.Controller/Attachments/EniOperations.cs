using System.Diagnostics;
using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.PodAddresses;

namespace MultiEni.Controller.Attachments;

/// <summary>Turns a step into the call that it stands for. One step is one call.</summary>
internal sealed class EniOperations(Ec2Client ec2, string cluster, PodAddressMemory podAddresses)
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
            EniStep.AdoptLaunched adopt => ec2.AdoptAsync(
                adopt.Row,
                SlotTags.ForAdoption(cluster, attachment.Metadata.Name, spec),
                CallPriority.AttachUnready,
                cancellationToken
            ),
            EniStep.Release release => ec2.ReleaseAsync(release.Row, EniTags.OfAdoption, CallPriority.DetachAndDelete, cancellationToken),
            EniStep.Take take => ec2.TagAsync(
                Id(take.Row),
                SlotTags.Moved(cluster, attachment.Metadata.Name, spec, take.Attempt),
                CallPriority.AttachUnready,
                cancellationToken
            ),
            EniStep.Create create => CreateAsync(attachment, create.Attempt, cancellationToken),
            EniStep.Attach attach => ec2.AttachAsync(
                Id(attach.Row),
                InstanceId.Parse(spec.InstanceId, null),
                attach.DeviceIndex,
                spec.NetworkCardIndex,
                new AttachmentSettings(spec.EnaExpress, spec.EnaQueueCount),
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
            EniStep.SetConnectionTracking set => ec2.SetConnectionTrackingAsync(Id(set.Row), set.Timeouts, CallPriority.Drift, cancellationToken),
            EniStep.SetEnaExpress set => ec2.SetEnaExpressAsync(
                Id(set.Row),
                AttachmentId.Parse(set.Row.Attachment!.AttachmentId, null),
                set.Express,
                CallPriority.Drift,
                cancellationToken
            ),
            EniStep.EnablePrimaryIpv6 enable => ec2.EnablePrimaryIpv6Async(Id(enable.Row), CallPriority.Drift, cancellationToken),
            EniStep.AssociateElasticIp associate => ec2.AssociateElasticIpAsync(
                Id(associate.Row),
                associate.AllocationId,
                CallPriority.Create,
                cancellationToken
            ),
            EniStep.DisassociateElasticIp disassociate => ec2.DisassociateElasticIpAsync(
                Id(disassociate.Row),
                disassociate.Row.ElasticIp!,
                CallPriority.Create,
                cancellationToken
            ),
            EniStep.SetDescription set => ec2.SetDescriptionAsync(Id(set.Row), spec.Description ?? "", CallPriority.Drift, cancellationToken),
            EniStep.SetTags set => ec2.TagAsync(Id(set.Row), set.Set, CallPriority.Drift, cancellationToken),
            EniStep.AssignAddresses assign => AssignAsync(assign, cancellationToken),
            EniStep.ChangePodAddresses change => ChangeAsync(attachment.Metadata.Name, change, cancellationToken),
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
            spec.Ipv6PrefixCount,
            spec.PrivateIpAddress
        )
        {
            EnablePrimaryIpv6 = spec.EnablePrimaryIpv6,
            ConnectionTracking = spec.ConnectionTracking,
        };
        return ec2.CreateAsync(
            request with
            {
                ClientToken = ClientToken.For(cluster, slot, attachment.Metadata.Uid!, request, attempt),
            },
            CallPriority.Create,
            cancellationToken
        );
    }

    private Task<IReadOnlyList<string>> AssignAsync(EniStep.AssignAddresses step, CancellationToken cancellationToken) =>
        step.Kind switch
        {
            AddressKind.SecondaryIpv4 => ec2.AssignPrivateIpsAsync(Id(step.Row), step.Count, CallPriority.Drift, cancellationToken),
            AddressKind.Ipv4Prefix => ec2.AssignIpv4PrefixesAsync(Id(step.Row), step.Count, CallPriority.Drift, cancellationToken),
            AddressKind.Ipv6 => ec2.AssignIpv6AddressesAsync(Id(step.Row), step.Count, CallPriority.Drift, cancellationToken),
            _ => ec2.AssignIpv6PrefixesAsync(Id(step.Row), step.Count, CallPriority.Drift, cancellationToken),
        };

    /// <summary>
    /// Remembers at once what was assigned: nothing else tells it from what others assign.
    /// </summary>
    private async Task ChangeAsync(string name, EniStep.ChangePodAddresses step, CancellationToken cancellationToken)
    {
        podAddresses.Sent(name, step);
        IReadOnlyList<string> assigned = [];
        switch (step.Change)
        {
            case PodAddressChange.AssignCount { Kind: var kind, Count: var count }:
                assigned = await (
                    kind switch
                    {
                        PodAddressKind.Ipv4 => ec2.AssignPrivateIpsAsync(Id(step.Row), count, CallPriority.PodAddresses, cancellationToken),
                        PodAddressKind.Ipv4Prefix => ec2.AssignIpv4PrefixesAsync(Id(step.Row), count, CallPriority.PodAddresses, cancellationToken),
                        _ => ec2.AssignIpv6AddressesAsync(Id(step.Row), count, CallPriority.PodAddresses, cancellationToken),
                    }
                );
                break;
            case PodAddressChange.AssignNamed named:
                assigned = named.Addresses.All(AddressSets.IsIpv6)
                    ? await ec2.AssignIpv6AddressesAsync(Id(step.Row), named.Addresses, CallPriority.PodAddresses, cancellationToken)
                    : await ec2.AssignPrivateIpsAsync(
                        Id(step.Row),
                        named.Addresses,
                        [.. named.MovedFrom.Select(Id)],
                        CallPriority.PodAddresses,
                        cancellationToken
                    );
                break;
            case PodAddressChange.TakeFrom take:
                await ec2.UnassignIpv6AddressesAsync(Id(take.From), take.Addresses, CallPriority.PodAddresses, cancellationToken);
                break;
            case PodAddressChange.Unassign unassign when unassign.Addresses.All(AddressSets.IsIpv6):
                await ec2.UnassignIpv6AddressesAsync(Id(step.Row), unassign.Addresses, CallPriority.Drift, cancellationToken);
                break;
            case PodAddressChange.Unassign unassign:
                await ec2.UnassignPrivateIpsAsync(Id(step.Row), unassign.Addresses, CallPriority.Drift, cancellationToken);
                break;
            default:
                throw new UnreachableException($"{step.Change} is not handled");
        }

        podAddresses.Succeeded(name, step, assigned);
    }

    private static EniId Id(EniRow row) => EniId.Parse(row.EniId, null);
}
