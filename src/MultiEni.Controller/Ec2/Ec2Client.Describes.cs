using System.Runtime.CompilerServices;
using Amazon.EC2;
using Amazon.EC2.Model;

namespace MultiEni.Controller.Ec2;

/// <summary>
/// Reads. Identifiers always go into filters: one unknown identifier fails a whole call by
/// identifiers, a filter just returns fewer rows (docs/reference/ec2.md#describe-calls).
/// </summary>
internal sealed partial class Ec2Client
{
    /// <summary>
    /// Most values EC2 takes in one filter (docs/reference/ec2.md#describe-calls).
    /// </summary>
    public const int FilterValues = 200;

    private const int PageSize = 1000;
    private const int InstanceTypesPerCall = 100;

    /// <summary>
    /// All ENIs that carry all of these tags, page by page; the value `*` means any.
    /// </summary>
    public IAsyncEnumerable<IReadOnlyList<EniRow>> DescribeEnisByTagAsync(
        IReadOnlyDictionary<string, string> tags,
        CallPriority priority,
        CancellationToken cancellationToken
    ) => EniPagesAsync([.. SdkRequests.TagFilters(tags)], priority, cancellationToken);

    /// <summary>ENIs of these slots of one cluster, in calls of 200.</summary>
    public Task<IReadOnlyList<EniRow>> DescribeEnisBySlotAsync(
        string cluster,
        IReadOnlyCollection<string> slots,
        CallPriority priority,
        CancellationToken cancellationToken
    ) =>
        ChunksAsync(
            $"tag:{EniTags.Slot}",
            slots,
            filters => EniPagesAsync([.. filters, new Filter($"tag:{EniTags.Cluster}", [cluster])], priority, cancellationToken)
        );

    /// <summary>
    /// ENIs by identifier, in calls of 200. One that does not exist, or not yet, is missing from
    /// the answer.
    /// </summary>
    public Task<IReadOnlyList<EniRow>> DescribeEnisByIdAsync(
        IReadOnlyCollection<EniId> eniIds,
        CallPriority priority,
        CancellationToken cancellationToken
    ) => ChunksAsync("network-interface-id", eniIds, filters => EniPagesAsync(filters, priority, cancellationToken));

    /// <summary>ENIs attached to these instances, whoever attached them, in calls of 200.</summary>
    public Task<IReadOnlyList<EniRow>> DescribeEnisOnInstancesAsync(
        IReadOnlyCollection<InstanceId> instanceIds,
        CallPriority priority,
        CancellationToken cancellationToken
    ) => ChunksAsync("attachment.instance-id", instanceIds, filters => EniPagesAsync(filters, priority, cancellationToken));

    /// <summary>
    /// Subnets by identifier; those that do not exist are missing from the answer.
    /// </summary>
    public Task<IReadOnlyList<SubnetRow>> DescribeSubnetsByIdAsync(IReadOnlyCollection<SubnetId> subnetIds, CancellationToken cancellationToken) =>
        ChunksAsync("subnet-id", subnetIds, filters => SubnetPagesAsync(filters, cancellationToken));

    /// <summary>Subnets by the value of their `Name` tag; several may share one.</summary>
    public Task<IReadOnlyList<SubnetRow>> DescribeSubnetsByNameAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        ChunksAsync("tag:Name", names, filters => SubnetPagesAsync(filters, cancellationToken));

    /// <summary>Subnets that carry all of these tags; the value `*` means any.</summary>
    public Task<IReadOnlyList<SubnetRow>> DescribeSubnetsByTagAsync(IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken) =>
        AllAsync(SubnetPagesAsync([.. SdkRequests.TagFilters(tags)], cancellationToken));

    /// <summary>The IPv4 ranges that a subnet keeps (docs/reference/ec2.md#subnet-addresses).</summary>
    public Task<IReadOnlyList<CidrReservation>> GetSubnetCidrReservationsAsync(SubnetId subnetId, CancellationToken cancellationToken) =>
        AllAsync(
            PagesAsync(
                Ec2Actions.GetSubnetCidrReservations,
                CallPriority.Create,
                (client, next, token) => client.GetSubnetCidrReservationsAsync(new() { SubnetId = subnetId.ToString(), NextToken = next }, token),
                page => (page.SubnetIpv4CidrReservations?.Select(SdkRows.CidrReservation), page.NextToken),
                cancellationToken
            )
        );

    /// <summary>
    /// Security groups by identifier; those that do not exist are missing from the answer.
    /// </summary>
    public Task<IReadOnlyList<SecurityGroupRow>> DescribeSecurityGroupsByIdAsync(
        IReadOnlyCollection<string> groupIds,
        CancellationToken cancellationToken
    ) => ChunksAsync("group-id", groupIds, filters => SecurityGroupPagesAsync(filters, cancellationToken));

    /// <summary>Security groups of one VPC by name.</summary>
    public Task<IReadOnlyList<SecurityGroupRow>> DescribeSecurityGroupsByNameAsync(
        string vpcId,
        IReadOnlyCollection<string> names,
        CancellationToken cancellationToken
    ) => ChunksAsync("group-name", names, filters => SecurityGroupPagesAsync([.. filters, new Filter("vpc-id", [vpcId])], cancellationToken));

    /// <summary>
    /// Security groups of one VPC that carry all of these tags; the value `*` means any.
    /// </summary>
    public Task<IReadOnlyList<SecurityGroupRow>> DescribeSecurityGroupsByTagAsync(
        string vpcId,
        IReadOnlyDictionary<string, string> tags,
        CancellationToken cancellationToken
    ) => AllAsync(SecurityGroupPagesAsync([new Filter("vpc-id", [vpcId]), .. SdkRequests.TagFilters(tags)], cancellationToken));

    /// <summary>
    /// Limits of instance types; those that EC2 does not know in this region are missing from the
    /// answer.
    /// </summary>
    public Task<IReadOnlyList<InstanceTypeLimits>> DescribeInstanceTypesAsync(
        IReadOnlyCollection<string> instanceTypes,
        CancellationToken cancellationToken
    ) =>
        ChunksAsync(
            "instance-type",
            instanceTypes,
            filters =>
                PagesAsync(
                    Ec2Actions.DescribeInstanceTypes,
                    CallPriority.Create,
                    (client, next, token) =>
                        client.DescribeInstanceTypesAsync(
                            new()
                            {
                                Filters = filters,
                                MaxResults = InstanceTypesPerCall,
                                NextToken = next,
                            },
                            token
                        ),
                    page => (page.InstanceTypes?.Select(SdkRows.Limits).OfType<InstanceTypeLimits>(), page.NextToken),
                    cancellationToken
                ),
            InstanceTypesPerCall
        );

    /// <summary>
    /// Instances by identifier. One that is long terminated, or that never was, is missing from the
    /// answer.
    /// </summary>
    public Task<IReadOnlyList<InstanceRow>> DescribeInstancesAsync(
        IReadOnlyCollection<InstanceId> instanceIds,
        CallPriority priority,
        CancellationToken cancellationToken
    ) =>
        ChunksAsync(
            "instance-id",
            instanceIds,
            filters =>
                PagesAsync(
                    Ec2Actions.DescribeInstances,
                    priority,
                    (client, next, token) =>
                        client.DescribeInstancesAsync(
                            new()
                            {
                                Filters = filters,
                                MaxResults = PageSize,
                                NextToken = next,
                            },
                            token
                        ),
                    page => (page.Reservations?.SelectMany(reservation => reservation.Instances ?? []).Select(SdkRows.Instance), page.NextToken),
                    cancellationToken
                )
        );

    private IAsyncEnumerable<IReadOnlyList<EniRow>> EniPagesAsync(List<Filter> filters, CallPriority priority, CancellationToken cancellationToken) =>
        PagesAsync(
            Ec2Actions.DescribeNetworkInterfaces,
            priority,
            (client, next, token) =>
                client.DescribeNetworkInterfacesAsync(
                    new()
                    {
                        Filters = filters,
                        MaxResults = PageSize,
                        NextToken = next,
                    },
                    token
                ),
            page => (page.NetworkInterfaces?.Select(SdkRows.Eni), page.NextToken),
            cancellationToken
        );

    private IAsyncEnumerable<IReadOnlyList<SubnetRow>> SubnetPagesAsync(List<Filter> filters, CancellationToken cancellationToken) =>
        PagesAsync(
            Ec2Actions.DescribeSubnets,
            CallPriority.Create,
            (client, next, token) =>
                client.DescribeSubnetsAsync(
                    new()
                    {
                        Filters = filters,
                        MaxResults = PageSize,
                        NextToken = next,
                    },
                    token
                ),
            page => (page.Subnets?.Select(SdkRows.Subnet), page.NextToken),
            cancellationToken
        );

    private IAsyncEnumerable<IReadOnlyList<SecurityGroupRow>> SecurityGroupPagesAsync(List<Filter> filters, CancellationToken cancellationToken) =>
        PagesAsync(
            Ec2Actions.DescribeSecurityGroups,
            CallPriority.Create,
            (client, next, token) =>
                client.DescribeSecurityGroupsAsync(
                    new()
                    {
                        Filters = filters,
                        MaxResults = PageSize,
                        NextToken = next,
                    },
                    token
                ),
            page => (page.SecurityGroups?.Select(SdkRows.SecurityGroup), page.NextToken),
            cancellationToken
        );

    /// <summary>
    /// Reads page by page. Every request has a page size: without one a large account refuses the
    /// call, and it draws on the smaller bucket (docs/reference/ec2.md#request-tokens,
    /// docs/reference/ec2.md#describe-calls).
    /// </summary>
    private async IAsyncEnumerable<IReadOnlyList<TRow>> PagesAsync<TPage, TRow>(
        string action,
        CallPriority priority,
        Func<AmazonEC2Client, string?, CancellationToken, Task<TPage>> send,
        Func<TPage, (IEnumerable<TRow>? Rows, string? Next)> read,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        string? next = null;
        do
        {
            var from = next;
            var page = await DescribeAsync(action, priority, (client, token) => send(client, from, token), cancellationToken);
            (var rows, next) = read(page);
            yield return [.. rows ?? []];
        } while (!string.IsNullOrEmpty(next));
    }

    /// <summary>Reads what one filter selects, in calls of as many values as one takes.</summary>
    private static async Task<IReadOnlyList<TRow>> ChunksAsync<TValue, TRow>(
        string filter,
        IReadOnlyCollection<TValue> values,
        Func<List<Filter>, IAsyncEnumerable<IReadOnlyList<TRow>>> pages,
        int valuesPerCall = FilterValues
    )
    {
        var rows = new List<TRow>();
        foreach (var chunk in values.Chunk(valuesPerCall))
        {
            rows.AddRange(await AllAsync(pages([new(filter, [.. chunk.Select(value => value!.ToString())])])));
        }

        return rows;
    }

    private static async Task<IReadOnlyList<TRow>> AllAsync<TRow>(IAsyncEnumerable<IReadOnlyList<TRow>> pages)
    {
        var rows = new List<TRow>();
        await foreach (var page in pages)
        {
            rows.AddRange(page);
        }

        return rows;
    }
}
