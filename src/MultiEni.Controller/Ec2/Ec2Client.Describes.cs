using System.Runtime.CompilerServices;
using Amazon.EC2.Model;

namespace MultiEni.Controller.Ec2;

/// <summary>
/// Reads. Identifiers always go into filters: one unknown identifier fails a whole call by identifiers, a filter just returns fewer rows
/// (docs/reference/ec2.md#describe-calls).
/// </summary>
internal sealed partial class Ec2Client
{
    /// <summary>Most values EC2 takes in one filter (docs/reference/ec2.md#describe-calls).</summary>
    public const int FilterValues = 200;

    private const int PageSize = 1000;
    private const int InstanceTypesPerCall = 100;

    /// <summary>All ENIs that carry all of these tags, page by page; the value `*` means any.</summary>
    public IAsyncEnumerable<IReadOnlyList<EniRow>> DescribeEnisByTagAsync(
        IReadOnlyDictionary<string, string> tags,
        CallPriority priority,
        CancellationToken cancellationToken
    ) => DescribeEnisAsync([.. SdkRequests.TagFilters(tags)], priority, cancellationToken);

    /// <summary>ENIs of these slots of one cluster, in calls of 200.</summary>
    public Task<IReadOnlyList<EniRow>> DescribeEnisBySlotAsync(
        string cluster,
        IReadOnlyCollection<string> slots,
        CallPriority priority,
        CancellationToken cancellationToken
    ) => DescribeEnisInChunksAsync($"tag:{EniTags.Slot}", slots, new Filter($"tag:{EniTags.Cluster}", [cluster]), priority, cancellationToken);

    /// <summary>ENIs by identifier, in calls of 200. One that does not exist, or not yet, is missing from the answer.</summary>
    public Task<IReadOnlyList<EniRow>> DescribeEnisByIdAsync(
        IReadOnlyCollection<EniId> eniIds,
        CallPriority priority,
        CancellationToken cancellationToken
    ) => DescribeEnisInChunksAsync("network-interface-id", [.. eniIds.Select(id => id.ToString())], also: null, priority, cancellationToken);

    /// <summary>ENIs attached to these instances, whoever attached them, in calls of 200.</summary>
    public Task<IReadOnlyList<EniRow>> DescribeEnisOnInstancesAsync(
        IReadOnlyCollection<InstanceId> instanceIds,
        CallPriority priority,
        CancellationToken cancellationToken
    ) => DescribeEnisInChunksAsync("attachment.instance-id", [.. instanceIds.Select(id => id.ToString())], also: null, priority, cancellationToken);

    /// <summary>Subnets by identifier; those that do not exist are missing from the answer.</summary>
    public Task<IReadOnlyList<SubnetRow>> DescribeSubnetsByIdAsync(IReadOnlyCollection<SubnetId> subnetIds, CancellationToken cancellationToken) =>
        DescribeSubnetsAsync("subnet-id", [.. subnetIds.Select(id => id.ToString())], cancellationToken);

    /// <summary>Subnets by the value of their `Name` tag; several may share one.</summary>
    public Task<IReadOnlyList<SubnetRow>> DescribeSubnetsByNameAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        DescribeSubnetsAsync("tag:Name", names, cancellationToken);

    /// <summary>Subnets that carry all of these tags; the value `*` means any.</summary>
    public Task<IReadOnlyList<SubnetRow>> DescribeSubnetsByTagAsync(IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken) =>
        DescribeSubnetsAsync([.. SdkRequests.TagFilters(tags)], cancellationToken);

    /// <summary>Security groups by identifier; those that do not exist are missing from the answer.</summary>
    public Task<IReadOnlyList<SecurityGroupRow>> DescribeSecurityGroupsByIdAsync(
        IReadOnlyCollection<string> groupIds,
        CancellationToken cancellationToken
    ) => DescribeSecurityGroupsAsync("group-id", groupIds, also: null, cancellationToken);

    /// <summary>Security groups of one VPC by name.</summary>
    public Task<IReadOnlyList<SecurityGroupRow>> DescribeSecurityGroupsByNameAsync(
        string vpcId,
        IReadOnlyCollection<string> names,
        CancellationToken cancellationToken
    ) => DescribeSecurityGroupsAsync("group-name", names, new Filter("vpc-id", [vpcId]), cancellationToken);

    /// <summary>Security groups of one VPC that carry all of these tags; the value `*` means any.</summary>
    public Task<IReadOnlyList<SecurityGroupRow>> DescribeSecurityGroupsByTagAsync(
        string vpcId,
        IReadOnlyDictionary<string, string> tags,
        CancellationToken cancellationToken
    ) => DescribeSecurityGroupsAsync([new Filter("vpc-id", [vpcId]), .. SdkRequests.TagFilters(tags)], cancellationToken);

    /// <summary>Limits of instance types; those that EC2 does not know in this region are missing from the answer.</summary>
    public async Task<IReadOnlyList<InstanceTypeLimits>> DescribeInstanceTypesAsync(
        IReadOnlyCollection<string> instanceTypes,
        CancellationToken cancellationToken
    )
    {
        var rows = new List<InstanceTypeLimits>();
        foreach (var chunk in instanceTypes.Chunk(InstanceTypesPerCall))
        {
            var request = new DescribeInstanceTypesRequest { Filters = [new Filter("instance-type", [.. chunk])], MaxResults = InstanceTypesPerCall };
            do
            {
                var page = await DescribeAsync(
                    Ec2Actions.DescribeInstanceTypes,
                    CallPriority.Create,
                    (client, token) => client.DescribeInstanceTypesAsync(request, token),
                    cancellationToken
                );
                rows.AddRange((page.InstanceTypes ?? []).Select(SdkRows.Limits).OfType<InstanceTypeLimits>());
                request.NextToken = page.NextToken;
            } while (!string.IsNullOrEmpty(request.NextToken));
        }

        return rows;
    }

    /// <summary>Instances by identifier. One that is long terminated, or that never was, is missing from the answer.</summary>
    public async Task<IReadOnlyList<InstanceRow>> DescribeInstancesAsync(
        IReadOnlyCollection<InstanceId> instanceIds,
        CallPriority priority,
        CancellationToken cancellationToken
    )
    {
        var rows = new List<InstanceRow>();
        foreach (var chunk in instanceIds.Chunk(FilterValues))
        {
            var request = new DescribeInstancesRequest
            {
                Filters = [new Filter("instance-id", [.. chunk.Select(id => id.ToString())])],
                MaxResults = PageSize,
            };
            do
            {
                var page = await DescribeAsync(
                    Ec2Actions.DescribeInstances,
                    priority,
                    (client, token) => client.DescribeInstancesAsync(request, token),
                    cancellationToken
                );
                rows.AddRange((page.Reservations ?? []).SelectMany(reservation => reservation.Instances ?? []).Select(SdkRows.Instance));
                request.NextToken = page.NextToken;
            } while (!string.IsNullOrEmpty(request.NextToken));
        }

        return rows;
    }

    private async Task<IReadOnlyList<EniRow>> DescribeEnisInChunksAsync(
        string filter,
        IReadOnlyCollection<string> values,
        Filter? also,
        CallPriority priority,
        CancellationToken cancellationToken
    )
    {
        var rows = new List<EniRow>();
        foreach (var chunk in values.Chunk(FilterValues))
        {
            await foreach (var page in DescribeEnisAsync(Filters(filter, chunk, also), priority, cancellationToken))
            {
                rows.AddRange(page);
            }
        }

        return rows;
    }

    private async IAsyncEnumerable<IReadOnlyList<EniRow>> DescribeEnisAsync(
        List<Filter> filters,
        CallPriority priority,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        // Without a page size a large account refuses the call, and it draws on the smaller bucket (docs/reference/ec2.md#request-tokens,
        // docs/reference/ec2.md#describe-calls).
        var request = new DescribeNetworkInterfacesRequest { Filters = filters, MaxResults = PageSize };
        do
        {
            var page = await DescribeAsync(
                Ec2Actions.DescribeNetworkInterfaces,
                priority,
                (client, token) => client.DescribeNetworkInterfacesAsync(request, token),
                cancellationToken
            );
            yield return [.. (page.NetworkInterfaces ?? []).Select(SdkRows.Eni)];
            request.NextToken = page.NextToken;
        } while (!string.IsNullOrEmpty(request.NextToken));
    }

    private async Task<IReadOnlyList<SubnetRow>> DescribeSubnetsAsync(
        string filter,
        IReadOnlyCollection<string> values,
        CancellationToken cancellationToken
    )
    {
        var rows = new List<SubnetRow>();
        foreach (var chunk in values.Chunk(FilterValues))
        {
            rows.AddRange(await DescribeSubnetsAsync(Filters(filter, chunk, also: null), cancellationToken));
        }

        return rows;
    }

    private async Task<IReadOnlyList<SubnetRow>> DescribeSubnetsAsync(List<Filter> filters, CancellationToken cancellationToken)
    {
        var rows = new List<SubnetRow>();
        var request = new DescribeSubnetsRequest { Filters = filters, MaxResults = PageSize };
        do
        {
            var page = await DescribeAsync(
                Ec2Actions.DescribeSubnets,
                CallPriority.Create,
                (client, token) => client.DescribeSubnetsAsync(request, token),
                cancellationToken
            );
            rows.AddRange((page.Subnets ?? []).Select(SdkRows.Subnet));
            request.NextToken = page.NextToken;
        } while (!string.IsNullOrEmpty(request.NextToken));

        return rows;
    }

    private async Task<IReadOnlyList<SecurityGroupRow>> DescribeSecurityGroupsAsync(
        string filter,
        IReadOnlyCollection<string> values,
        Filter? also,
        CancellationToken cancellationToken
    )
    {
        var rows = new List<SecurityGroupRow>();
        foreach (var chunk in values.Chunk(FilterValues))
        {
            rows.AddRange(await DescribeSecurityGroupsAsync(Filters(filter, chunk, also), cancellationToken));
        }

        return rows;
    }

    private async Task<IReadOnlyList<SecurityGroupRow>> DescribeSecurityGroupsAsync(List<Filter> filters, CancellationToken cancellationToken)
    {
        var rows = new List<SecurityGroupRow>();
        var request = new DescribeSecurityGroupsRequest { Filters = filters, MaxResults = PageSize };
        do
        {
            var page = await DescribeAsync(
                Ec2Actions.DescribeSecurityGroups,
                CallPriority.Create,
                (client, token) => client.DescribeSecurityGroupsAsync(request, token),
                cancellationToken
            );
            rows.AddRange((page.SecurityGroups ?? []).Select(SdkRows.SecurityGroup));
            request.NextToken = page.NextToken;
        } while (!string.IsNullOrEmpty(request.NextToken));

        return rows;
    }

    private static List<Filter> Filters(string name, IReadOnlyCollection<string> values, Filter? also) =>
        also is null ? [new(name, [.. values])] : [new(name, [.. values]), also];
}
