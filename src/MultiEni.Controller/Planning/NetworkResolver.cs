using MultiEni.Api;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.Planning;

/// <summary>
/// Picks a NodeENI's subnets and security groups out of what EC2 described. Pure. All sources are
/// joined in the order of the fields; a source that leads to nothing, or a name that several carry,
/// is an error and never a silent first hit.
/// </summary>
internal static class NetworkResolver
{
    /// <summary>Resolves all sources of a specification.</summary>
    /// <param name="spec">The sources.</param>
    /// <param name="subnets">Every subnet that EC2 returned for them.</param>
    /// <param name="groups">Every security group that EC2 returned for them.</param>
    public static NetworkResolution Resolve(NodeEniSpec spec, IReadOnlyList<SubnetRow> subnets, IReadOnlyList<SecurityGroupRow> groups)
    {
        var chosen = Subnets(spec, subnets, out var subnetProblem);
        if (subnetProblem is not null)
        {
            return new NetworkResolution(
                null,
                subnetProblem,
                new ConditionClaim(false, subnetProblem.Reason, "security groups are looked up when the subnets are known")
            );
        }

        var subnetClaim = new ConditionClaim(true, Reasons.Resolved, SubnetSentence(chosen));
        var byVpc = Groups(spec, chosen, groups, out var groupProblem);
        return groupProblem is not null
            ? new NetworkResolution(null, subnetClaim, groupProblem)
            : new NetworkResolution(
                new ResolvedNetwork(chosen, byVpc),
                subnetClaim,
                new ConditionClaim(true, Reasons.Resolved, string.Join(", ", byVpc.Values.SelectMany(ids => ids).Distinct().Order()))
            );
    }

    private static List<ResolvedSubnet> Subnets(NodeEniSpec spec, IReadOnlyList<SubnetRow> rows, out ConditionClaim? problem)
    {
        problem = null;
        var chosen = new List<ResolvedSubnet>();
        foreach (var id in NetworkSources.SubnetIds(spec))
        {
            var row = rows.FirstOrDefault(subnet => subnet.SubnetId == id);
            if (row is null)
            {
                problem = new ConditionClaim(
                    false,
                    Reasons.SubnetNotFound,
                    $"subnet {id} does not exist in this account and Region; correct spec.subnetID or spec.subnetIDs"
                );
                return [];
            }

            Add(chosen, row);
        }

        foreach (var name in NetworkSources.SubnetNames(spec))
        {
            var named = rows.Where(subnet => subnet.Tags.GetValueOrDefault("Name") == name).ToList();
            if (named.Count == 0)
            {
                problem = new ConditionClaim(
                    false,
                    Reasons.SubnetNotFound,
                    $"no subnet carries the tag Name={name}; correct spec.subnetName or spec.subnetNames, or tag the subnet"
                );
                return [];
            }

            if (named.Count > 1)
            {
                problem = new ConditionClaim(
                    false,
                    Reasons.SubnetNameAmbiguous,
                    $"{named.Count} subnets carry the tag Name={name} ({Listed(named.Select(subnet => subnet.SubnetId))}); "
                        + $"use spec.subnetIDs, or spec.subnetSelector with Name: {name} to take them all"
                );
                return [];
            }

            Add(chosen, named[0]);
        }

        if (spec.SubnetSelector is { Count: > 0 } selector)
        {
            var selected = rows.Where(subnet => NetworkSources.Matches(selector, subnet.Tags))
                .OrderBy(subnet => subnet.SubnetId, StringComparer.Ordinal)
                .ToList();
            if (selected.Count == 0)
            {
                problem = new ConditionClaim(
                    false,
                    Reasons.SubnetNotFound,
                    $"no subnet carries the tags of spec.subnetSelector ({Listed(selector.Select(tag => $"{tag.Key}={tag.Value}"))})"
                );
                return [];
            }

            selected.ForEach(subnet => Add(chosen, subnet));
        }

        return chosen;
    }

    private static Dictionary<string, IReadOnlyList<string>> Groups(
        NodeEniSpec spec,
        List<ResolvedSubnet> subnets,
        IReadOnlyList<SecurityGroupRow> rows,
        out ConditionClaim? problem
    )
    {
        problem = null;
        var byVpc = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var id in spec.SecurityGroupIds ?? [])
        {
            if (rows.All(group => group.Id != id))
            {
                problem = new ConditionClaim(
                    false,
                    Reasons.SecurityGroupNotFound,
                    $"security group {id} does not exist in this account and Region; correct spec.securityGroupIDs"
                );
                return byVpc;
            }
        }

        foreach (var vpc in subnets.Select(subnet => subnet.VpcId).Distinct())
        {
            var inVpc = rows.Where(group => group.VpcId == vpc).ToList();
            var ids = new SortedSet<string>(StringComparer.Ordinal);
            ids.UnionWith(inVpc.Where(group => spec.SecurityGroupIds?.Contains(group.Id) == true).Select(group => group.Id));
            foreach (var name in spec.SecurityGroupNames ?? [])
            {
                // The group name is unique within a VPC; the tag Name, which the Go controller
                // accepted too, is not.
                var byName = inVpc.Where(group => group.Name == name).ToList();
                var named = byName.Count > 0 ? byName : inVpc.Where(group => group.Tags.GetValueOrDefault("Name") == name).ToList();
                if (named.Count != 1)
                {
                    problem = NamedGroupProblem(name, vpc, named);
                    return byVpc;
                }

                ids.Add(named[0].Id);
            }

            if (spec.SecurityGroupSelector is { Count: > 0 } selector)
            {
                ids.UnionWith(inVpc.Where(group => NetworkSources.Matches(selector, group.Tags)).Select(group => group.Id));
            }

            if (ids.Count == 0)
            {
                problem = new ConditionClaim(
                    false,
                    Reasons.SecurityGroupNotFound,
                    $"none of the security groups is in VPC {vpc} of subnet {subnets.First(subnet => subnet.VpcId == vpc).SubnetId}; name a group of that VPC"
                );
                return byVpc;
            }

            byVpc[vpc] = [.. ids];
        }

        return byVpc;
    }

    private static ConditionClaim NamedGroupProblem(string name, string vpc, List<SecurityGroupRow> named) =>
        named.Count == 0
            ? new ConditionClaim(
                false,
                Reasons.SecurityGroupNotFound,
                $"no security group of VPC {vpc} is named {name}; correct spec.securityGroupNames"
            )
            : new ConditionClaim(
                false,
                Reasons.SecurityGroupNameAmbiguous,
                $"{named.Count} security groups of VPC {vpc} are named {name} ({Listed(named.Select(group => group.Id))}); use spec.securityGroupIDs"
            );

    private static void Add(List<ResolvedSubnet> chosen, SubnetRow row)
    {
        if (chosen.All(subnet => subnet.SubnetId != row.SubnetId))
        {
            chosen.Add(ResolvedSubnet.Of(row));
        }
    }

    private static string SubnetSentence(List<ResolvedSubnet> subnets) => Listed(subnets.Select(subnet => $"{subnet.SubnetId} ({subnet.Zone})"));

    private static string Listed(IEnumerable<string> items)
    {
        var all = items.ToList();
        return all.Count <= 5 ? string.Join(", ", all) : $"{string.Join(", ", all.Take(5))} and {all.Count - 5} more";
    }
}
