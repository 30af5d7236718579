using Amazon.EC2.Model;

namespace MultiEni.Controller.Ec2;

internal sealed partial class Ec2Client
{
    /// <summary>
    /// Elastic IPs that have all tags. The call has no pages
    /// (docs/reference/ec2.md#elastic-ips).
    /// </summary>
    public async Task<IReadOnlyList<ElasticIpRow>> FindElasticIpsAsync(IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken)
    {
        var request = new DescribeAddressesRequest { Filters = [.. SdkRequests.TagFilters(tags)] };
        var response = await DescribeAsync(
            Ec2Actions.DescribeAddresses,
            CallPriority.Create,
            (client, token) => client.DescribeAddressesAsync(request, token),
            cancellationToken
        );
        return [.. (response.Addresses ?? []).Where(address => address.AllocationId is not null).Select(SdkRows.ElasticIp)];
    }

    /// <summary>
    /// Associates an Elastic IP with the primary address of an ENI. It is never taken from another
    /// one.
    /// </summary>
    public async Task AssociateElasticIpAsync(EniId eniId, string allocationId, CallPriority priority, CancellationToken cancellationToken)
    {
        var response = await MutateAsync(
            Ec2Actions.AssociateAddress,
            priority,
            (client, token) =>
                client.AssociateAddressAsync(
                    new()
                    {
                        AllocationId = allocationId,
                        NetworkInterfaceId = eniId.ToString(),
                        AllowReassociation = false,
                    },
                    token
                ),
            cancellationToken
        );
        Publish(new LocalEffect.ElasticIpAssociated(eniId.ToString(), new(allocationId, response.AssociationId ?? "", "")));
    }

    /// <summary>Takes an Elastic IP from an ENI; it stays allocated.</summary>
    public async Task DisassociateElasticIpAsync(EniId eniId, EniElasticIp association, CallPriority priority, CancellationToken cancellationToken)
    {
        await MutateAsync(
            Ec2Actions.DisassociateAddress,
            priority,
            (client, token) => client.DisassociateAddressAsync(new() { AssociationId = association.AssociationId }, token),
            cancellationToken
        );
        Publish(new LocalEffect.ElasticIpDisassociated(eniId.ToString(), association.AllocationId));
    }
}

/// <summary>One Elastic IP as EC2 describes it.</summary>
/// <param name="AllocationId">`eipalloc-…`.</param>
/// <param name="AssociationId">Null while it is associated with nothing.</param>
/// <param name="EniId">What it is associated with; null for nothing.</param>
internal sealed record ElasticIpRow(string AllocationId, string? AssociationId, string? EniId);

/// <summary>The Elastic IP of an ENI.</summary>
/// <param name="AllocationId">`eipalloc-…`.</param>
/// <param name="AssociationId">`eipassoc-…`.</param>
/// <param name="PublicIp">Its address; empty while EC2 has not said it.</param>
internal sealed record EniElasticIp(string AllocationId, string AssociationId, string PublicIp);
