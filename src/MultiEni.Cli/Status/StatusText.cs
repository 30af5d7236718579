using System.Text.Json.Serialization;
using MultiEni.Api.EniAttachments;
using MultiEni.Cli.Output;

namespace MultiEni.Cli.Status;

/// <summary>
/// Prints a report as text: problems first and in full, everything else summarized.
/// </summary>
internal sealed class StatusText(TextWriter output, Paint paint, bool all, bool wide)
{
    /// <summary>Number of nodes up to which a NodeENI is shown in full.</summary>
    private const int FewNodes = 10;

    /// <summary>Number of nodes shown per reason for larger NodeENIs.</summary>
    private const int Examples = 5;

    /// <summary>NodeENI → node → ENI.</summary>
    public void Write(StatusReport report)
    {
        foreach (var nodeEni in report.NodeEnis)
        {
            Tree(nodeEni).Write(output);
        }

        Summary(report);
    }

    /// <summary>Node → NodeENI → ENI, of one node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="report">The report for that node.</param>
    public void WriteNode(string node, StatusReport report)
    {
        var enis = report.NodeEnis.SelectMany(nodeEni => nodeEni.Nodes).SelectMany(item => item.Enis).ToList();
        var health = report.NodeEnis.Count == 0 ? Health.Ready : report.NodeEnis.Min(HealthOnNode);
        new TreeItem(
            $"{Mark(health)} {paint.Strong(node)}  {enis.Count(eni => eni.Health == Health.Ready)}/{enis.Count} ENIs ready",
            [],
            [
                .. report.NodeEnis.Select(nodeEni => new TreeItem(
                    $"{Mark(HealthOnNode(nodeEni))} {nodeEni.Name}{(nodeEni.Nodes.Count == 0 ? "  no ENI on this node" : "")}",
                    nodeEni.Nodes.Count == 0 ? [nodeEni.Message] : [],
                    [.. nodeEni.Nodes.SelectMany(item => item.Enis).Select(Tree)]
                )),
            ]
        ).Write(output);
        Explain(report);
    }

    /// <summary>Health of a NodeENI on the single node of the report.</summary>
    public static Health HealthOnNode(NodeEniStatusItem nodeEni) =>
        nodeEni.Nodes.Count == 0 ? nodeEni.Health : nodeEni.Nodes.Min(node => node.Health);

    private TreeItem Tree(NodeEniStatusItem nodeEni)
    {
        var shown = all || nodeEni.Nodes.Count <= FewNodes ? nodeEni.Nodes : Select(nodeEni.Nodes);
        var children = shown.Select(Tree).ToList();
        var hidden = nodeEni.Nodes.Except(shown).GroupBy(node => node.Health).OrderBy(group => group.Key).ToList();
        if (hidden.Count > 0)
        {
            var rest = string.Join(", ", hidden.Select(group => $"{group.Count()} more {Word(group.Key)}"));
            children.Add(new TreeItem(paint.Faint($"{rest} (--all shows them)"), [], []));
        }

        var reason = nodeEni.Health == Health.Ready ? "" : $"  {Coloured(nodeEni.Health, nodeEni.Reason)}";
        return new TreeItem(
            $"{Mark(nodeEni.Health)} {paint.Strong(nodeEni.Name)}  {nodeEni.ReadyEnis}/{nodeEni.DesiredEnis} ENIs ready on {nodeEni.MatchedNodes} nodes{Retained(nodeEni)}{reason}",
            SaysMoreThanItsEnis(nodeEni) ? [nodeEni.Message] : [],
            children
        );
    }

    private static string Retained(NodeEniStatusItem nodeEni) => nodeEni.RetainedEnis is > 0 and var retained ? $", {retained} retained" : "";

    // A few examples are enough if thousands of nodes have the same problem.
    private static List<NodeStatusItem> Select(IReadOnlyList<NodeStatusItem> nodes) =>
        [
            .. nodes
                .Where(node => node.Health != Health.Ready)
                .GroupBy(node => (node.Health, node.Enis.First(eni => eni.Health == node.Health).Reason))
                .SelectMany(group => group.Take(Examples)),
        ];

    private static bool SaysMoreThanItsEnis(NodeEniStatusItem nodeEni) =>
        nodeEni.Health != Health.Ready
        && nodeEni.Nodes.SelectMany(node => node.Enis).All(eni => eni.Reason != nodeEni.Reason && !nodeEni.Message.Contains(eni.Message));

    private TreeItem Tree(NodeStatusItem node) =>
        new($"{Mark(node.Health)} {node.Name}{(wide ? $"  {node.InstanceId}" : "")}", [], [.. node.Enis.Select(Tree)]);

    private TreeItem Tree(EniStatusItem eni)
    {
        string?[] parts =
        [
            eni.EniId ?? "no ENI yet",
            eni.State,
            $"index {eni.DeviceIndex}",
            eni.InterfaceName,
            eni.PciAddress,
            eni.PciAddress is null ? null : eni.Driver ?? "no driver",
            eni.Resource,
            eni.Claim is { } claim
                ? $"claim {claim.Namespace}/{claim.Name}{(claim.Pods.Count > 0 ? $" of pod {string.Join(", ", claim.Pods)}" : "")}"
                : null,
            wide ? eni.PrivateIp : null,
            wide ? eni.MacAddress : null,
            wide && eni.Mtu is { } mtu ? $"mtu {mtu}" : null,
            wide ? eni.SubnetId : null,
            eni.Addresses is { } use ? Tally(use) : null,
            eni.Health == Health.Ready ? null : Coloured(eni.Health, eni.Reason),
        ];
        return new TreeItem(
            $"{Mark(eni.Health)} {string.Join("  ", parts.Where(part => !string.IsNullOrEmpty(part)))}",
            [.. eni.Health == Health.Ready ? [] : new[] { eni.Message }, .. Wishes(eni)],
            wide ? [.. (eni.Addresses?.Used ?? []).Select(Tree)] : []
        );
    }

    private static TreeItem Tree(UsedAddress used) => new($"{used.Address}  {used.Pod}{(used.Interface is { } name ? $"  {name}" : "")}", [], []);

    private static string Tally(AddressUse use) =>
        $"{use.Used?.Count ?? 0} pod addresses, {use.Free} free{(use.FreeFixed is > 0 and var kept ? $", {kept} kept for names" : "")}{(use.Waiting is { } waiting ? $", {waiting} pods wait" : "")}";

    // What a pod waits for is trouble of the pod's, and shown although the ENI is ready.
    private static IEnumerable<string> Wishes(EniStatusItem eni)
    {
        foreach (var wish in eni.Addresses?.Requested ?? [])
        {
            var refusal = eni.RefusedAddresses?.Find(refused => refused.Address == wish.Address);
            yield return refusal is null
                ? $"{wish.Address} is being assigned for pod {wish.Pod}"
                : $"{wish.Address} is not assigned for pod {wish.Pod} ({refusal.Reason}): {refusal.Message}";
        }
    }

    private void Summary(StatusReport report)
    {
        var ready = report.NodeEnis.Count(nodeEni => nodeEni.Health == Health.Ready);
        output.WriteLine(
            $"{ready} of {report.NodeEnis.Count} NodeENIs are ready, "
                + $"{report.NodeEnis.Sum(nodeEni => nodeEni.ReadyEnis)} of {report.NodeEnis.Sum(nodeEni => nodeEni.DesiredEnis)} ENIs."
        );
        Explain(report);
    }

    private void Explain(StatusReport report)
    {
        var reasons = report
            .NodeEnis.Where(nodeEni => nodeEni.Health == Health.Trouble)
            .Select(nodeEni => nodeEni.Reason)
            .Concat(
                report
                    .NodeEnis.SelectMany(nodeEni => nodeEni.Nodes)
                    .SelectMany(node => node.Enis)
                    .Where(eni => eni.Health == Health.Trouble)
                    .Select(eni => eni.Reason)
            )
            .Distinct(StringComparer.Ordinal);
        foreach (var reason in reasons)
        {
            output.WriteLine($"To troubleshoot, run: kubectl eni explain {reason}");
        }
    }

    private string Mark(Health health) =>
        health switch
        {
            Health.Trouble => paint.Bad("✗"),
            Health.Progressing => paint.Passing("…"),
            Health.Deleting => paint.Passing("-"),
            _ => paint.Good("✓"),
        };

    private string Coloured(Health health, string text) => health == Health.Trouble ? paint.Bad(text) : paint.Passing(text);

    private static string Word(Health health) =>
        health switch
        {
            Health.Trouble => "failing",
            Health.Progressing => "in progress",
            Health.Deleting => "being deleted",
            _ => "ready",
        };
}

/// <summary>Health in display order, the worst first.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Health>))]
internal enum Health
{
    /// <summary>It needs attention to become ready.</summary>
    Trouble,

    /// <summary>Reconciliation is in progress.</summary>
    Progressing,

    /// <summary>It is being deleted.</summary>
    Deleting,

    /// <summary>The desired state is reached.</summary>
    Ready,
}
