using System.Text.Json;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Planning;
using MultiEni.Operator.Caching;

namespace MultiEni.Controller.Networks;

/// <summary>
/// Looks up subnets and security groups for NodeENIs, and remembers what it found: NodeENIs with
/// the same sources share one answer, and a cluster in which nothing changes asks nothing.
/// </summary>
/// <param name="ec2">Where subnets and groups are looked up.</param>
/// <param name="withEni">
/// The cluster's attachments whose ENIs exist: an answer of EC2 has counted those already.
/// </param>
/// <param name="time">The clock of the answers' ages.</param>
internal sealed class NetworkCatalog(Ec2Client ec2, Func<IEnumerable<EniAttachment>> withEni, TimeProvider time)
{
    // Tags and names may come to mean other subnets; IDs may not, and EC2 says so when one is gone.
    private static readonly TimeSpan LookupLifetime = TimeSpan.FromMinutes(30);

    // Longer than any of them is asked for in vain: what nobody asks for any more, sources of
    // former specifications, goes.
    private static readonly TimeSpan KeptUnused = TimeSpan.FromHours(2);

    private readonly ExpiringMap<string, Entry> _bySources = new(time);
    private readonly ExpiringMap<string, SubnetRanges> _ranges = new(time);

    /// <summary>How many answers are remembered.</summary>
    public int Remembered => _bySources.Count + _ranges.Count;

    /// <summary>When to look again for what was not found.</summary>
    public static TimeSpan RetryUnresolvedAfter { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Resolves all sources of a specification.</summary>
    /// <param name="spec">The sources.</param>
    /// <param name="freshness">
    /// How old the answer may be at most; null leaves it to the catalog.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<NetworkResolution> ResolveAsync(NodeEniSpec spec, TimeSpan? freshness, CancellationToken cancellationToken) =>
        ResolveAsync(spec, freshness, withReservations: false, cancellationToken);

    /// <summary>
    /// The same before a subnet is called full: its reservations are read however many addresses are
    /// free, for those may be meant for other ENIs. From then on they are read with each answer.
    /// </summary>
    public Task<NetworkResolution> RecheckAsync(NodeEniSpec spec, TimeSpan freshness, CancellationToken cancellationToken) =>
        ResolveAsync(spec, freshness, NetworkSources.UsesReservations(spec), cancellationToken);

    private async Task<NetworkResolution> ResolveAsync(
        NodeEniSpec spec,
        TimeSpan? freshness,
        bool withReservations,
        CancellationToken cancellationToken
    )
    {
        var key = Key(spec);
        _bySources.TryGet(key, out var known);
        var isEnough = known is not null && (!withReservations || known.WithReservations);
        withReservations |= known is { WithReservations: true };
        if (
            known is not null
            && (FailedJustNow(known) || (isEnough && (freshness is { } oldest ? time.GetElapsedTime(known.At) <= oldest : IsFresh(spec, known))))
        )
        {
            return Keep(key, known);
        }

        try
        {
            var at = time.GetTimestamp();
            return Keep(
                key,
                new Entry(await LookUpAsync(spec, withReservations, cancellationToken), at, null) { WithReservations = withReservations }
            );
        }
        catch (Ec2CallException failed)
        {
            // What was found before is still the best answer; only one who has none must learn that
            // none can be had.
            var now = time.GetTimestamp();
            return Keep(
                key,
                known?.Resolution is { Network: not null } ? known with { FailedAt = now } : new Entry(Unanswered(failed.Failure), now, now)
            );
        }
    }

    /// <summary>The ranges of a subnet that was resolved before, or null.</summary>
    public SubnetRanges? RangesOf(string subnetId) => _ranges.TryGet(subnetId, out var ranges) ? ranges : null;

    /// <summary>
    /// Drops every answer that contains the subnet, after EC2 said that it does not know it.
    /// </summary>
    public void ForgetSubnet(string subnetId) => Forget(network => network.Subnets.Any(subnet => subnet.SubnetId == subnetId));

    /// <summary>
    /// Drops every answer that contains one of the groups, after EC2 said that it does not know one
    /// of them.
    /// </summary>
    public void ForgetSecurityGroups(IReadOnlyList<string> groupIds) =>
        Forget(network => network.SecurityGroupIdsByVpc.Values.Any(groups => groups.Any(groupIds.Contains)));

    private void Forget(Func<ResolvedNetwork, bool> contains) =>
        _bySources.RemoveWhere((_, entry) => entry.Resolution.Network is { } network && contains(network));

    private NetworkResolution Keep(string key, Entry entry)
    {
        _bySources.Set(key, entry, KeptUnused);
        foreach (var subnet in entry.Resolution.Network?.Subnets ?? [])
        {
            _ranges.Set(subnet.SubnetId, new(subnet.Ipv6Native ? null : subnet.Cidr, subnet.Ipv6Cidr), KeptUnused);
        }

        return entry.Resolution;
    }

    private bool FailedJustNow(Entry entry) => entry.FailedAt is { } at && time.GetElapsedTime(at) < RetryUnresolvedAfter / 2;

    private bool IsFresh(NodeEniSpec spec, Entry entry)
    {
        var age = time.GetElapsedTime(entry.At);
        if (entry.Resolution.Network is null)
        {
            return age < RetryUnresolvedAfter / 2;
        }

        var onlyIds =
            NetworkSources.SubnetNames(spec).Count == 0
            && spec.SubnetSelector is not { Count: > 0 }
            && spec.SecurityGroupNames is not { Count: > 0 }
            && spec.SecurityGroupSelector is not { Count: > 0 };
        return onlyIds || age < LookupLifetime;
    }

    private async Task<NetworkResolution> LookUpAsync(NodeEniSpec spec, bool withReservations, CancellationToken cancellationToken)
    {
        // Read before EC2 is asked: an ENI made in between is then taken off once too often and not
        // once too seldom.
        var made = withEni().Select(attachment => (attachment.Spec!.SubnetId, attachment.Metadata.Name)).ToList();
        var subnets = new List<SubnetRow>();
        var ids = new List<SubnetId>();
        foreach (var text in NetworkSources.SubnetIds(spec))
        {
            if (!SubnetId.TryParse(text, null, out var id))
            {
                var malformed = new ConditionClaim(
                    false,
                    Reasons.SubnetNotFound,
                    $"'{text}' is not a subnet ID; it has the form subnet-0123456789abcdef0"
                );
                return new NetworkResolution(
                    null,
                    malformed,
                    malformed with
                    {
                        Message = "security groups are looked up when the subnets are known",
                    }
                );
            }

            ids.Add(id);
        }

        if (ids.Count > 0)
        {
            subnets.AddRange(await ec2.DescribeSubnetsByIdAsync(ids, cancellationToken));
        }

        if (NetworkSources.SubnetNames(spec) is { Count: > 0 } names)
        {
            subnets.AddRange(await ec2.DescribeSubnetsByNameAsync(names, cancellationToken));
        }

        if (spec.SubnetSelector is { Count: > 0 } selector)
        {
            subnets.AddRange(await ec2.DescribeSubnetsByTagAsync(selector, cancellationToken));
        }

        var groups = new List<SecurityGroupRow>();
        if (spec.SecurityGroupIds is { Count: > 0 } groupIds)
        {
            groups.AddRange(await ec2.DescribeSecurityGroupsByIdAsync(groupIds, cancellationToken));
        }

        foreach (var vpc in subnets.Select(subnet => subnet.VpcId).Distinct().ToList())
        {
            groups.AddRange(await GroupsOfAsync(vpc, spec, cancellationToken));
        }

        var resolution = NetworkResolver.Resolve(
            spec,
            await WithReservationsAsync(spec, subnets.DistinctBy(subnet => subnet.SubnetId).ToList(), withReservations, cancellationToken),
            groups.DistinctBy(group => group.Id).ToList()
        );
        if (resolution.Network is not { } network)
        {
            return resolution;
        }

        var chosen = network.Subnets.Select(subnet => subnet.SubnetId).ToHashSet();
        var counted = made.Where(attachment => chosen.Contains(attachment.SubnetId)).Select(attachment => attachment.Name).ToHashSet();
        return resolution with { Network = network with { Counted = counted } };
    }

    // Asked only of subnets that would be refused without: in all others it makes no difference.
    private async Task<List<SubnetRow>> WithReservationsAsync(
        NodeEniSpec spec,
        List<SubnetRow> subnets,
        bool all,
        CancellationToken cancellationToken
    )
    {
        if (!NetworkSources.UsesReservations(spec))
        {
            return subnets;
        }

        for (var i = 0; i < subnets.Count; i++)
        {
            var subnet = subnets[i];
            if (subnet.Ipv6Native || (!all && subnet.FreeAddresses >= FreeAddresses.NeededFor(spec)))
            {
                continue;
            }

            try
            {
                var reservations = await ec2.GetSubnetCidrReservationsAsync(SubnetId.Parse(subnet.SubnetId, null), cancellationToken);
                subnets[i] = subnet with { Reservations = reservations };
            }
            catch (Ec2CallException)
            {
                // Without the right, or just now: it is taken for a subnet that keeps nothing.
            }
        }

        return subnets;
    }

    private async Task<IReadOnlyList<SecurityGroupRow>> GroupsOfAsync(string vpc, NodeEniSpec spec, CancellationToken cancellationToken)
    {
        var groups = new List<SecurityGroupRow>();
        foreach (var name in spec.SecurityGroupNames ?? [])
        {
            var byName = await ec2.DescribeSecurityGroupsByNameAsync(vpc, [name], cancellationToken);
            groups.AddRange(
                byName.Count > 0
                    ? byName
                    : await ec2.DescribeSecurityGroupsByTagAsync(vpc, new Dictionary<string, string> { ["Name"] = name }, cancellationToken)
            );
        }

        if (spec.SecurityGroupSelector is { Count: > 0 } selector)
        {
            groups.AddRange(await ec2.DescribeSecurityGroupsByTagAsync(vpc, selector, cancellationToken));
        }

        return groups;
    }

    private static NetworkResolution Unanswered(Ec2Failure failure)
    {
        var claim = new ConditionClaim(false, failure.Reaction.Reason, FailureMessage.For(failure));
        return new NetworkResolution(
            null,
            claim,
            failure.Action == Ec2Actions.DescribeSecurityGroups
                ? claim
                : claim with
                {
                    Message = "security groups are looked up when the subnets are known",
                }
        )
        {
            Failure = failure,
        };
    }

    private static string Key(NodeEniSpec spec) =>
        JsonSerializer.Serialize(
            new NodeEniSpec
            {
                SubnetId = spec.SubnetId,
                SubnetIds = spec.SubnetIds,
                SubnetName = spec.SubnetName,
                SubnetNames = spec.SubnetNames,
                SubnetSelector = spec.SubnetSelector,
                SecurityGroupIds = spec.SecurityGroupIds,
                SecurityGroupNames = spec.SecurityGroupNames,
                SecurityGroupSelector = spec.SecurityGroupSelector,
                // Whether reservations are asked for depends on these.
                Ipv4PrefixCount = spec.Ipv4PrefixCount,
                SecondaryPrivateIpCount = NetworkSources.UsesReservations(spec) ? spec.SecondaryPrivateIpCount : 0,
                PrivateIpAddresses = spec.PrivateIpAddresses,
            },
            ApiJson.Default.NodeEniSpec
        );

    private sealed record Entry(NetworkResolution Resolution, long At, long? FailedAt)
    {
        public bool WithReservations { get; init; }
    }
}

/// <summary>The ranges of a subnet.</summary>
/// <param name="Ipv4">Null when it has IPv6 alone.</param>
/// <param name="Ipv6">Null when it has none.</param>
internal sealed record SubnetRanges(string? Ipv4, string? Ipv6);
