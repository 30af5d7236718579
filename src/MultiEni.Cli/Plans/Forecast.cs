using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.Planning;

namespace MultiEni.Cli.Plans;

/// <summary>
/// Foretells what the controller would do: its own planner is asked again and again, and whatever
/// it wants is taken for done, until it wants nothing more. Pure.
/// </summary>
internal sealed class Forecast
{
    // More rounds than any change takes: a tenth of the nodes is replaced at a time.
    private const int MostRounds = 10_000;

    private readonly Fleet _fleet;
    private readonly Dictionary<string, EniAttachment> _original;
    private readonly Dictionary<string, EniAttachment> _present;
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _freed = new(StringComparer.Ordinal);

    public Forecast(Fleet fleet)
    {
        _fleet = fleet;
        _original = fleet.Attachments.Where(attachment => !attachment.Metadata.IsBeingDeleted).ToDictionary(attachment => attachment.Metadata.Name);
        _present = _original.ToDictionary(entry => entry.Key, entry => Ready(entry.Value));
        foreach (var leaving in fleet.Attachments.Where(attachment => attachment.Metadata.IsBeingDeleted))
        {
            Free(leaving);
        }
    }

    /// <summary>The ENIs as they are after everything that was foretold so far.</summary>
    public IReadOnlyCollection<EniAttachment> Attachments => _present.Values;

    /// <summary>
    /// Foretells some edits; deletions come first, since what they free is used by others, and those
    /// that nobody edits last.
    /// </summary>
    public IReadOnlyList<NodeEniForecast> Follow(IEnumerable<NodeEniEdit> edits) =>
        [
            .. edits
                .OrderBy(edit => edit.After is not null)
                .ThenBy(edit => edit.IsOther)
                .ThenBy(edit => edit.Name, StringComparer.Ordinal)
                .Select(Follow),
        ];

    /// <summary>IPv4 addresses that the subnet has gained, or lost if negative.</summary>
    public int Gained(string subnetId) =>
        _freed.GetValueOrDefault(subnetId)
        - _present.Values.Where(attachment => attachment.Spec!.SubnetId == subnetId && !IsCounted(attachment)).Sum(Needs)
        - _present.Values.Where(attachment => attachment.Spec!.SubnetId == subnetId && IsCounted(attachment)).Sum(Growth);

    private NodeEniForecast Follow(NodeEniEdit edit)
    {
        if (edit.After is not { } wanted)
        {
            var all = Of(edit.Before!);
            all.ForEach(Remove);
            return new NodeEniForecast(edit, [.. all.Select(attachment => new EniChange(EniChangeKind.Remove, attachment, null))]);
        }

        var resolution = _fleet.Resolve(wanted);
        var nodes = _fleet
            .Nodes.Where(node => ClusterView.Selects(wanted, node))
            .OrderBy(node => node.Metadata.Name, StringComparer.Ordinal)
            .Select(PlannedNode.Of)
            .ToList();
        var waves = 0;
        var plan = Next(wanted, nodes, resolution);
        for (var round = 0; round < MostRounds && plan.Apply.Count + plan.Delete.Count > 0; round++)
        {
            waves += plan.Delete.Any(attachment => plan.Outdated.Contains(attachment.Metadata.Uid!)) ? 1 : 0;
            Carry(plan);
            plan = Next(wanted, nodes, resolution);
        }

        return new NodeEniForecast(edit, Changes(wanted))
        {
            Unresolved =
                resolution.Network is not null ? null
                : resolution.Subnets.Holds ? resolution.SecurityGroups
                : resolution.Subnets,
            Remark = resolution.WithoutPlaceFor(wanted.Spec!.PrivateIpAddresses) is var noted && noted != resolution ? noted.Subnets.Message : null,
            Problems = plan.Problems,
            Nodes = nodes,
            Waves = waves,
            Unchanged = Of(wanted).Count(attachment => IsUnchanged(attachment)),
        };
    }

    private Plan Next(NodeEni wanted, IReadOnlyList<PlannedNode> nodes, NetworkResolution resolution) =>
        Planner.Plan(
            new PlanInput(
                wanted,
                nodes,
                Present(resolution.Network),
                Of(wanted),
                instance =>
                    [
                        .. _present
                            .Values.Where(other => other.Spec!.InstanceId == instance && other.Spec.NodeEniRef.Name != wanted.Metadata.Name)
                            .Select(PlacedEni.Of),
                    ],
                subnet => _present.Values.Where(attachment => attachment.Spec!.SubnetId == subnet),
                _fleet.Limits
            )
            {
                DefaultDeviceIndex = _fleet.DefaultDeviceIndex,
                ElasticIps = _fleet.ElasticIps(wanted),
                ElasticIpsOfOthers = () =>
                    _present
                        .Values.Where(other => other.Spec!.NodeEniRef.Name != wanted.Metadata.Name)
                        .Select(other => other.Spec!.ElasticIp?.AllocationId)
                        .OfType<string>(),
                IsMade = name => _present.TryGetValue(name, out var present) && present.Status?.Network?.EniId is not null,
                LimitsUnavailable = _fleet.LimitsUnavailable,
            }
        );

    private void Carry(Plan plan)
    {
        foreach (var attachment in plan.Delete)
        {
            Remove(attachment);
        }

        foreach (var attachment in plan.Apply)
        {
            var name = attachment.Metadata.Name;
            _present[name] = _present.TryGetValue(name, out var present)
                ? present with
                {
                    Spec = attachment.Spec,
                }
                : Ready(attachment with { Metadata = attachment.Metadata with { Uid = name } });
        }
    }

    private void Remove(EniAttachment attachment)
    {
        _present.Remove(attachment.Metadata.Name);
        // An ENI of a launch template keeps its addresses: it stays where it is.
        if (
            _original.TryGetValue(attachment.Metadata.Name, out var original)
            && _taken.Add(attachment.Metadata.Name)
            && original.Status?.Network?.Adopted != true
        )
        {
            Free(original);
        }
    }

    private void Free(EniAttachment original)
    {
        var subnet = original.Spec!.SubnetId;
        _freed[subnet] = _freed.GetValueOrDefault(subnet) + Needs(original);
    }

    // EC2 told the free addresses of a subnet before anything was taken for done.
    private ResolvedNetwork? Present(ResolvedNetwork? network) =>
        network is null
            ? null
            : network with
            {
                Subnets =
                [
                    .. network.Subnets.Select(subnet =>
                        subnet with
                        {
                            FreeAddresses = subnet.FreeAddresses + _freed.GetValueOrDefault(subnet.SubnetId),
                        }
                    ),
                ],
                Counted = network.Counted.Where(name => !_taken.Contains(name)).ToHashSet(StringComparer.Ordinal),
            };

    private List<EniAttachment> Of(NodeEni nodeEni) =>
        [
            .. _present
                .Values.Where(attachment =>
                    attachment.Spec!.NodeEniRef.Name == nodeEni.Metadata.Name && attachment.Spec.NodeEniRef.Uid == nodeEni.Metadata.Uid
                )
                .OrderBy(attachment => attachment.Metadata.Name, StringComparer.Ordinal),
        ];

    private List<EniChange> Changes(NodeEni nodeEni)
    {
        var before = _original.Values.Where(attachment => attachment.Spec!.NodeEniRef.Uid == nodeEni.Metadata.Uid).ToDictionary(a => a.Metadata.Name);
        var after = Of(nodeEni).ToDictionary(attachment => attachment.Metadata.Name);
        return
        [
            .. before
                .Keys.Union(after.Keys)
                .Order(StringComparer.Ordinal)
                .Select(name => Change(before.GetValueOrDefault(name), after.GetValueOrDefault(name)))
                .OfType<EniChange>(),
        ];
    }

    private EniChange? Change(EniAttachment? before, EniAttachment? after) =>
        (before, after) switch
        {
            (null, _) => new EniChange(EniChangeKind.Create, null, after),
            (_, null) => new EniChange(EniChangeKind.Remove, before, null),
            _ when _taken.Contains(before.Metadata.Name) => new EniChange(EniChangeKind.Replace, before, after),
            _ when !SpecComparison.SameSpec(before.Spec!, after.Spec!) => new EniChange(EniChangeKind.Change, before, after),
            _ => null,
        };

    private bool IsUnchanged(EniAttachment attachment) =>
        IsCounted(attachment) && SpecComparison.SameSpec(_original[attachment.Metadata.Name].Spec!, attachment.Spec!);

    private bool IsCounted(EniAttachment attachment) => _original.ContainsKey(attachment.Metadata.Name) && !_taken.Contains(attachment.Metadata.Name);

    private int Growth(EniAttachment attachment) => Needs(attachment) - Needs(_original[attachment.Metadata.Name]);

    private static int Needs(EniAttachment attachment) =>
        FreeAddresses.NeededFor(attachment.Spec!.SecondaryPrivateIpCount, attachment.Spec.Ipv4PrefixCount);

    private static EniAttachment Ready(EniAttachment attachment) =>
        attachment with
        {
            Status = (attachment.Status ?? new EniAttachmentStatus()) with
            {
                Conditions = [new Condition { Type = ConditionTypes.Ready, Status = ConditionStatus.True }],
            },
        };
}
