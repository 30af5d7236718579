using System.Globalization;
using MultiEni.Cli.Output;

namespace MultiEni.Cli.Plans;

/// <summary>Shows a plan to people: a tree by NodeENI, zone and node, and the sums.</summary>
/// <param name="output">Where to.</param>
/// <param name="paint">Colours.</param>
/// <param name="all">Whether every node is shown, however many there are.</param>
internal sealed class PlanText(TextWriter output, Paint paint, bool all)
{
    private const int ShownNodes = 10;
    private const int ShownPods = 10;
    private const int ShownEnis = 5;

    /// <summary>Writes it.</summary>
    public void Write(PlanReport report)
    {
        foreach (var nodeEni in report.NodeEnis)
        {
            Tree(nodeEni).Write(output);
            output.WriteLine();
        }

        Sums(report);
    }

    private TreeItem Tree(PlannedNodeEni nodeEni)
    {
        var details = new List<string>(nodeEni.Refused.Select(paint.Bad));
        if (nodeEni.Remark is { } remark)
        {
            details.Add(paint.Passing(remark));
        }

        if (nodeEni.Waves > 0)
        {
            details.Add($"replaced in {Count(nodeEni.Waves, "step")}: a tenth of the nodes at a time, and at least one");
        }

        if (nodeEni.NoLongerRetained.Count > 0)
        {
            details.Add(
                $"{Sign(PlanActions.Remove)} {Count(nodeEni.NoLongerRetained.Count, "retained ENI")}, deleted: {Listed(nodeEni.NoLongerRetained, ShownEnis)}"
            );
        }

        if (nodeEni.Unchanged > 0)
        {
            details.Add($"{Count(nodeEni.Unchanged, "ENI")} unchanged");
        }

        return new TreeItem(
            $"{Sign(nodeEni.Action)} NodeENI {paint.Strong(nodeEni.Name)}"
                + (nodeEni.Source is null ? " of the cluster" : "")
                + (nodeEni.Action == PlanActions.Refuse ? $" is rejected ({nodeEni.Source})" : $", {Count(nodeEni.MatchedNodes, "node")}"),
            details,
            [.. nodeEni.Nodes.GroupBy(node => node.Zone).OrderBy(zone => zone.Key, StringComparer.Ordinal).Select(Zone)]
        );
    }

    private TreeItem Zone(IGrouping<string?, PlannedNodeItem> zone)
    {
        // Those with a problem first: they are what one looks for.
        var nodes = zone.OrderByDescending(node => node.Problems.Count > 0).ThenBy(node => node.Name, StringComparer.Ordinal).ToList();
        var shown = all ? nodes.Count : Math.Min(nodes.Count, ShownNodes);
        var items = nodes.Take(shown).Select(Node).ToList();
        if (shown < nodes.Count)
        {
            var others = nodes.Skip(shown).ToList();
            var sums = others
                .SelectMany(node => node.Enis)
                .GroupBy(eni => eni.Action)
                .Select(group => $"{PlanActions.Sign(group.Key)}{group.Count()}");
            items.Add(new TreeItem($"{Count(others.Count, "more node")}: {string.Join(' ', sums)} (--all shows them)", [], []));
        }

        return new TreeItem(zone.Key ?? "unknown zone", [], items);
    }

    private TreeItem Node(PlannedNodeItem node) =>
        new(
            node.InstanceType is null ? node.Name : $"{node.Name} ({node.InstanceType})",
            [
                .. node.Problems.Select(problem =>
                    problem.Temporary
                        ? paint.Passing($"… {problem.Reason}: {problem.Message}")
                        : paint.Bad($"{PlanActions.Sign(PlanActions.Refuse)} {problem.Reason}: {problem.Message}")
                ),
            ],
            [.. node.Enis.Select(Eni)]
        );

    private TreeItem Eni(PlannedEni eni) =>
        new(
            $"{Sign(eni.Action)} {eni.EniId ?? "ENI"} in {eni.SubnetId}, device index {eni.DeviceIndex}"
                + (eni.NetworkCardIndex == 0 ? "" : $", network card {eni.NetworkCardIndex}")
                + Words(eni),
            [.. eni.Changes.Select(change => $"{change.Field}: {change.Before ?? "unset"} → {change.After ?? "unset"}")],
            []
        );

    private void Sums(PlanReport report)
    {
        var totals = report.Totals;
        output.WriteLine(
            paint.Strong(
                $"Plan: {totals.Create} to create, {totals.Change} to change, {totals.Replace} to replace, {totals.Remove} to remove, {totals.Unchanged} unchanged."
            )
        );
        if (totals.Refused > 0)
        {
            output.WriteLine(paint.Bad($"Refused: {totals.Refused}; see {PlanActions.Sign(PlanActions.Refuse)} above."));
        }

        foreach (var subnet in report.Subnets)
        {
            output.WriteLine($"Free addresses of {subnet.SubnetId} ({subnet.Zone}): {subnet.FreeBefore} → {subnet.FreeAfter}");
        }

        if (report.Ec2Calls.Count > 0)
        {
            output.WriteLine($"EC2 calls: {string.Join(", ", report.Ec2Calls.Select(call => $"{call.Value} {call.Key}"))}");
            output.WriteLine(
                $"Least time by EC2's request quotas: {Duration(report.Seconds.DefaultQuotas)}, or {Duration(report.Seconds.RaisedQuotas)} with quotas raised threefold"
            );
        }

        if (report.Pods.Count > 0)
        {
            output.WriteLine(paint.Passing($"Pods that lose a device or an address: {Listed(report.Pods, ShownPods)}"));
        }

        foreach (var remark in report.Remarks)
        {
            output.WriteLine(paint.Passing($"Note: {remark}"));
        }
    }

    private string Sign(string action) =>
        action switch
        {
            PlanActions.Create => paint.Good(PlanActions.Sign(action)),
            PlanActions.Change or PlanActions.Replace => paint.Passing(PlanActions.Sign(action)),
            PlanActions.Remove or PlanActions.Refuse => paint.Bad(PlanActions.Sign(action)),
            _ => PlanActions.Sign(action),
        };

    private static string Duration(double seconds) =>
        seconds < 1 ? "no wait"
        : seconds < 120 ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0.#} min");

    private string Listed(IReadOnlyList<string> items, int most) =>
        all || items.Count <= most ? string.Join(", ", items) : $"{string.Join(", ", items.Take(most))} and {items.Count - most} more";

    private static string Words(PlannedEni eni) =>
        (eni.Origin, eni.Fate) switch
        {
            _ when eni.Rebinds => ", rebound, which interrupts its traffic",
            (nameof(EniOrigin.Retained), nameof(EniFate.Retained)) => ", detached and attached again",
            (nameof(EniOrigin.Retained), _) => ", retained from another node",
            (nameof(EniOrigin.LaunchTemplate), _) => ", attached by the launch template",
            (_, nameof(EniFate.Retained)) => ", detached and retained",
            (_, nameof(EniFate.Released)) => ", stays attached to the instance",
            _ => "",
        };

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";
}
