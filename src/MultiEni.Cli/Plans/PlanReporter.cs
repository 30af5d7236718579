using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Planning;

namespace MultiEni.Cli.Plans;

/// <summary>Makes the report of a plan. Pure.</summary>
internal static class PlanReporter
{
    // What README and docs/scaling.md call raised quotas.
    private const double Raised = 3;

    // Where an ENI that is replaced comes from is said in words.
    private const string TakenEni = "retainedENI";

    /// <summary>The report.</summary>
    /// <param name="outcomes">The NodeENIs.</param>
    /// <param name="fleet">The cluster as it is.</param>
    /// <param name="gained">IPv4 addresses that a subnet gains, or loses if negative.</param>
    /// <param name="users">Who may lose something.</param>
    public static PlanReport Of(IReadOnlyList<NodeEniOutcome> outcomes, Fleet fleet, Func<string, int> gained, EniUsers users)
    {
        var nodes = fleet.Nodes.Select(PlannedNode.Of).ToDictionary(node => node.Name, StringComparer.Ordinal);
        outcomes =
        [
            .. outcomes
                .Where(outcome => outcome.Forecast is not { Edit.IsOther: true, Changes.Count: 0, NoLongerRetained.Count: 0 })
                .Select(WithoutFormerProblems),
        ];
        var items = outcomes.Select(outcome => Item(outcome, nodes)).ToList();
        var changes = outcomes.SelectMany(outcome => outcome.Forecast?.Changes ?? []).ToList();
        var calls = Ec2Calls.Count(Forecast.AddressesIn(fleet), outcomes.Select(outcome => outcome.Forecast).OfType<NodeEniForecast>());
        return new PlanReport(
            items,
            new PlanTotals(
                changes.Count(change => change.Kind == EniChangeKind.Create),
                changes.Count(change => change.Kind == EniChangeKind.Change),
                changes.Count(change => change.Kind == EniChangeKind.Replace),
                changes.Count(change => change.Kind == EniChangeKind.Remove),
                outcomes.Sum(outcome => outcome.Forecast?.Unchanged ?? 0),
                items.Sum(item => (item.Refused.Count > 0 ? 1 : 0) + item.Nodes.Sum(node => node.Problems.Count(problem => !problem.Temporary)))
            ),
            Subnets(outcomes, changes, fleet, gained),
            calls,
            new PlanSeconds(Ec2Calls.AtLeast(calls, 1).TotalSeconds, Ec2Calls.AtLeast(calls, Raised).TotalSeconds),
            AffectedPods.Of(changes, users),
            fleet.Remarks
        );
    }

    // What is wrong with a NodeENI that nobody edits is none of the plan's business.
    private static NodeEniOutcome WithoutFormerProblems(NodeEniOutcome outcome) =>
        outcome.Forecast is { Edit.IsOther: true } other
            ? outcome with
            {
                Forecast = other with { Problems = [], Unresolved = null, Remark = null },
            }
            : outcome;

    private static PlannedNodeEni Item(NodeEniOutcome outcome, Dictionary<string, PlannedNode> nodes)
    {
        if (outcome.Forecast is not { } forecast)
        {
            return new PlannedNodeEni(outcome.Name, PlanActions.Refuse, outcome.Source, outcome.Errors, [], 0, 0, 0, null, []);
        }

        IReadOnlyList<string> refused = forecast.Unresolved is { } unresolved ? [$"{unresolved.Reason}: {unresolved.Message}"] : [];
        return new PlannedNodeEni(
            outcome.Name,
            Action(forecast),
            outcome.Source,
            refused,
            [
                .. forecast
                    .Changes.Select(change => change.Attachment.Spec!.NodeName)
                    .Concat(forecast.Problems.Select(problem => problem.NodeName))
                    .Distinct(StringComparer.Ordinal)
                    .Order(StringComparer.Ordinal)
                    .Select(name => Node(name, nodes.GetValueOrDefault(name), forecast)),
            ],
            forecast.Nodes.Count,
            forecast.Unchanged,
            forecast.Waves,
            forecast.Remark,
            [.. forecast.NoLongerRetained.Select(row => row.EniId)]
        );
    }

    private static string Action(NodeEniForecast forecast) =>
        forecast.Edit switch
        {
            { Before: null } => PlanActions.Create,
            { After: null } => PlanActions.Remove,
            { Before: var before, After: var after } when !SameSpec(before!.Spec, after!.Spec) => PlanActions.Change,
            _ => PlanActions.None,
        };

    private static bool SameSpec(NodeEniSpec? before, NodeEniSpec? after) => JsonNode.DeepEquals(Json(before), Json(after));

    private static JsonNode? Json(NodeEniSpec? spec) => spec is null ? null : JsonSerializer.SerializeToNode(spec, ApiJson.Default.NodeEniSpec);

    private static PlannedNodeItem Node(string name, PlannedNode? node, NodeEniForecast forecast)
    {
        var changes = forecast.Changes.Where(change => change.Attachment.Spec!.NodeName == name).ToList();
        return new PlannedNodeItem(
            name,
            (node?.Identity as NodeIdentity.Ec2)?.Zone
                ?? changes.Select(change => change.Attachment.Status?.Network?.AvailabilityZone).FirstOrDefault(zone => zone is not null),
            node?.InstanceType,
            [.. changes.OrderBy(change => change.Attachment.Spec!.DeviceIndex).Select(Eni)],
            [
                .. forecast
                    .Problems.Where(problem => problem.NodeName == name)
                    .Select(problem => new PlannedProblem(problem.Reason, problem.Message, problem.Temporary)),
            ]
        );
    }

    private static PlannedEni Eni(EniChange change)
    {
        var spec = change.Attachment.Spec!;
        return new PlannedEni(
            PlanActions.Of(change.Kind),
            change.Before?.Status?.Network?.EniId ?? (EniId.TryParse(change.ExistingEni, null, out _) ? change.ExistingEni : null),
            spec.SubnetId,
            spec.DeviceIndex,
            spec.NetworkCardIndex,
            change is { Before.Spec: { } before, After.Spec: { } after }
                ?
                [
                    .. SpecDifference
                        .Of(before, after)
                        .Where(difference => difference.Field != TakenEni || change.Kind == EniChangeKind.Change)
                        .Select(difference => new PlannedField(difference.Field, difference.Before, difference.After)),
                ]
                : [],
            change.Kind is EniChangeKind.Create or EniChangeKind.Replace ? change.Origin.ToString() : null,
            change.Kind is EniChangeKind.Remove or EniChangeKind.Replace ? change.Fate.ToString() : null,
            change.Rebinds
        );
    }

    private static List<PlannedSubnet> Subnets(
        IReadOnlyList<NodeEniOutcome> outcomes,
        IReadOnlyList<EniChange> changes,
        Fleet fleet,
        Func<string, int> gained
    ) =>
        [
            .. changes
                .Select(change => change.Attachment.Spec!.SubnetId)
                .Concat(outcomes.SelectMany(outcome => outcome.Forecast?.NoLongerRetained ?? []).Select(row => row.SubnetId))
                .Distinct(StringComparer.Ordinal)
                .Select(fleet.Subnet)
                .OfType<ResolvedSubnet>()
                .Where(subnet => !subnet.Ipv6Native && gained(subnet.SubnetId) != 0)
                .OrderBy(subnet => subnet.SubnetId, StringComparer.Ordinal)
                .Select(subnet => new PlannedSubnet(
                    subnet.SubnetId,
                    subnet.Zone,
                    subnet.FreeAddresses,
                    subnet.FreeAddresses + gained(subnet.SubnetId)
                )),
        ];
}

/// <summary>A NodeENI of a plan: refused at once, or foretold.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Source">The file that it is from; null for one of the cluster.</param>
/// <param name="Errors">Why the API server would refuse it.</param>
/// <param name="Forecast">What it would do; null when it is refused.</param>
internal sealed record NodeEniOutcome(string Name, string? Source, IReadOnlyList<string> Errors, NodeEniForecast? Forecast);
