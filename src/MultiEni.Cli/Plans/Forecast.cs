using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Inventory;
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
    private readonly HashSet<string> _kept = new(StringComparer.Ordinal);
    private readonly Dictionary<string, EniInUse> _reused = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _freed = new(StringComparer.Ordinal);
    private readonly UnattachedEnis _unattached;
    private readonly PlannedAddresses _addresses;

    public Forecast(Fleet fleet)
    {
        _fleet = fleet;
        _addresses = AddressesIn(fleet);
        _unattached = new UnattachedEnis(fleet.Unattached, _addresses);
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
        - _present.Values.Where(attachment => attachment.Spec!.SubnetId == subnetId && !IsCounted(attachment)).Sum(Takes)
        - _present.Values.Where(attachment => attachment.Spec!.SubnetId == subnetId && IsCounted(attachment)).Sum(Growth);

    private NodeEniForecast Follow(NodeEniEdit edit)
    {
        if (edit.After is not { } wanted)
        {
            var all = Of(edit.Before!);
            all.ForEach(attachment => Remove(attachment, keeper: null, network: null));
            return new NodeEniForecast(edit, [.. all.Select(attachment => Change(attachment, null)!)]) { NoLongerRetained = Unretain(edit, null) };
        }

        var resolution = _fleet.Resolve(wanted);
        var unretained = Unretain(edit, resolution.Network);
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
            Carry(plan, wanted, resolution.Network);
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
            NoLongerRetained = unretained,
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
                IsMade = name => _present.TryGetValue(name, out var present) && (!IsCounted(present) || present.Status?.Network?.EniId is not null),
                Retained = _unattached.For(wanted, resolution.Network, _present.ContainsKey),
            }
        );

    private void Carry(Plan plan, NodeEni nodeEni, ResolvedNetwork? network)
    {
        foreach (var attachment in plan.Delete)
        {
            Remove(attachment, nodeEni, network);
        }

        foreach (var attachment in plan.Apply)
        {
            var name = attachment.Metadata.Name;
            if (_present.TryGetValue(name, out var present))
            {
                _present[name] = present with { Spec = attachment.Spec };
                continue;
            }

            _present[name] = Ready(attachment with { Metadata = attachment.Metadata with { Uid = name } });
            if (Reused(attachment) is { } eni)
            {
                _reused[name] = eni;
            }
        }
    }

    // The ENI that an attachment gets without a new one being made; null for a new one.
    private EniInUse? Reused(EniAttachment attachment)
    {
        if (_unattached.Take(attachment.Spec!.RetainedEni) is { } retained)
        {
            return new EniInUse(retained.Row.EniId, retained.Addresses, EniOrigin.Retained);
        }

        if (!attachment.Spec.Adopt)
        {
            return null;
        }

        if (_original.GetValueOrDefault(attachment.Metadata.Name)?.Status?.Network is { Adopted: true, EniId: { } own })
        {
            return new EniInUse(own, _addresses.Wanted(attachment), EniOrigin.LaunchTemplate);
        }

        var used = _reused.Values.Select(eni => eni.EniId).ToHashSet(StringComparer.Ordinal);
        return LaunchedEnis.For(attachment.Spec, _fleet.Launched.Where(row => !used.Contains(row.EniId))) is { } launched
            ? new EniInUse(launched.EniId, UnattachedEnis.AddressesOf(launched), EniOrigin.LaunchTemplate)
            : null;
    }

    private void Remove(EniAttachment attachment, NodeEni? keeper, ResolvedNetwork? network)
    {
        var name = attachment.Metadata.Name;
        _present.Remove(name);
        _reused.Remove(name);
        if (!_original.TryGetValue(name, out var original) || !_taken.Add(name))
        {
            return;
        }

        // An ENI of a launch template keeps its addresses, since it stays where it is, and so does
        // one that is retained.
        if (keeper is not null && _unattached.Keep(original, keeper, network))
        {
            _kept.Add(name);
            Free(original.Spec!.SubnetId, _addresses.Held(original) - _addresses.Retained(original));
        }
        else if (original.Status?.Network?.Adopted != true)
        {
            Free(original);
        }
    }

    private void Free(EniAttachment original) => Free(original.Spec!.SubnetId, _addresses.Held(original));

    private void Free(string subnet, int addresses) => _freed[subnet] = _freed.GetValueOrDefault(subnet) + addresses;

    private List<EniRow> Unretain(NodeEniEdit edit, ResolvedNetwork? network)
    {
        var left = _unattached.DeletedBy(edit, network);
        foreach (var eni in left)
        {
            _unattached.Take(eni.Row.EniId);
            Free(eni.Row.SubnetId, eni.Addresses);
        }

        return [.. left.Select(eni => eni.Row).OrderBy(row => row.EniId, StringComparer.Ordinal)];
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
                Counted = network.Counted.Where(name => !_taken.Contains(name)).Union(_reused.Keys).ToHashSet(StringComparer.Ordinal),
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

    private EniChange? Change(EniAttachment? before, EniAttachment? after)
    {
        var eni = after is null ? null : _reused.GetValueOrDefault(after.Metadata.Name);
        return Kind(before, after) is { } kind
            ? new EniChange(kind, before, after)
            {
                Origin = eni?.Origin ?? EniOrigin.New,
                ExistingEni = eni?.EniId,
                Fate =
                    before?.Status?.Network?.Adopted == true ? EniFate.Released
                    : before is not null && _kept.Contains(before.Metadata.Name) ? EniFate.Retained
                    : EniFate.Deleted,
            }
            : null;
    }

    private EniChangeKind? Kind(EniAttachment? before, EniAttachment? after) =>
        (before, after) switch
        {
            (null, _) => EniChangeKind.Create,
            (_, null) => EniChangeKind.Remove,
            _ when _taken.Contains(before.Metadata.Name) => EniChangeKind.Replace,
            _ when !SpecComparison.SameSpec(before.Spec!, after.Spec!) => EniChangeKind.Change,
            _ => null,
        };

    private bool IsUnchanged(EniAttachment attachment) =>
        IsCounted(attachment) && SpecComparison.SameSpec(_original[attachment.Metadata.Name].Spec!, attachment.Spec!);

    private bool IsCounted(EniAttachment attachment) => _original.ContainsKey(attachment.Metadata.Name) && !_taken.Contains(attachment.Metadata.Name);

    // An ENI that exists has its addresses already.
    private int Takes(EniAttachment attachment) =>
        Math.Max(0, _addresses.Wanted(attachment) - (_reused.GetValueOrDefault(attachment.Metadata.Name)?.Addresses ?? 0));

    private int Growth(EniAttachment attachment) => _addresses.Wanted(attachment) - _addresses.Wanted(_original[attachment.Metadata.Name]);

    /// <summary>How the addresses of a fleet's ENIs are counted.</summary>
    public static PlannedAddresses AddressesIn(Fleet fleet)
    {
        var types = fleet.Nodes.ToLookup(node => node.Metadata.Name, node => PlannedNode.Of(node).InstanceType, StringComparer.Ordinal);
        return new PlannedAddresses(fleet.Subnet, node => types[node].FirstOrDefault() is { } type ? fleet.Limits(type) : null);
    }

    private static EniAttachment Ready(EniAttachment attachment) =>
        attachment with
        {
            Status = (attachment.Status ?? new EniAttachmentStatus()) with
            {
                Conditions = [new Condition { Type = ConditionTypes.Ready, Status = ConditionStatus.True }],
            },
        };

    /// <summary>An ENI that exists and would be attached or adopted.</summary>
    /// <param name="EniId">Its ID; its slot when it is not known.</param>
    /// <param name="Addresses">IPv4 addresses of its subnet that it holds.</param>
    /// <param name="Origin">Where it comes from.</param>
    private sealed record EniInUse(string EniId, int Addresses, EniOrigin Origin);
}
