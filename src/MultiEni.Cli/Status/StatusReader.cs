using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Api.ResourceClaims;

namespace MultiEni.Cli.Status;

/// <summary>Builds the report from the objects. Pure.</summary>
internal static class StatusReader
{
    /// <summary>The report on these objects.</summary>
    public static StatusReport Read(IEnumerable<NodeEni> nodeEnis, IEnumerable<EniAttachment> attachments, DateTimeOffset now)
    {
        var byNodeEni = attachments.Where(attachment => attachment.Spec is not null).ToLookup(attachment => attachment.Spec!.NodeEniRef.Name);
        var items = nodeEnis
            .Select(nodeEni => Item(nodeEni, byNodeEni[nodeEni.Metadata.Name], now))
            .OrderBy(item => item.Health)
            .ThenBy(item => item.Name, StringComparer.Ordinal)
            .ToList();
        return new StatusReport(items.TrueForAll(item => item.Health == Health.Ready), items);
    }

    /// <summary>
    /// The report for one node: NodeENIs that select it or have an ENI on it.
    /// </summary>
    public static StatusReport ReadNode(Node node, IEnumerable<NodeEni> nodeEnis, IEnumerable<EniAttachment> attachments, DateTimeOffset now)
    {
        var here = attachments.Where(attachment => attachment.Spec?.NodeName == node.Metadata.Name).ToList();
        var concerned = nodeEnis.Where(nodeEni =>
            Selects(nodeEni, node) || here.Exists(attachment => attachment.Spec!.NodeEniRef.Name == nodeEni.Metadata.Name)
        );
        var report = Read(concerned, here, now);
        return report with { Ready = report.NodeEnis.All(nodeEni => StatusText.HealthOnNode(nodeEni) == Health.Ready) };
    }

    /// <summary>The report with the claims that have its ENIs.</summary>
    public static StatusReport WithClaims(StatusReport report, IEnumerable<ResourceClaim> claims)
    {
        var holders = ClaimedDevices.Holders(claims);
        return report with { NodeEnis = [.. report.NodeEnis.Select(nodeEni => nodeEni with { Nodes = [.. nodeEni.Nodes.Select(WithClaims)] })] };

        NodeStatusItem WithClaims(NodeStatusItem node) =>
            node with
            {
                Enis = [.. node.Enis.Select(eni => eni with { Claim = holders[new DeviceOfNode(node.Name, eni.EniId ?? "")].LastOrDefault() })],
            };
    }

    /// <summary>Whether a NodeENI selects a node.</summary>
    public static bool Selects(NodeEni nodeEni, Node node) =>
        nodeEni.Spec is { NodeSelector: { Count: > 0 } labels } && labels.All(label => node.Metadata.Label(label.Key) == label.Value);

    private static NodeEniStatusItem Item(NodeEni nodeEni, IEnumerable<EniAttachment> attachments, DateTimeOffset now)
    {
        var (health, reason, message) = Evaluate(nodeEni);
        return new NodeEniStatusItem(
            nodeEni.Metadata.Name,
            health,
            reason,
            message,
            nodeEni.Status?.MatchedNodes ?? 0,
            nodeEni.Status?.DesiredEnis ?? 0,
            nodeEni.Status?.ReadyEnis ?? 0,
            [
                .. attachments
                    .GroupBy(attachment => (attachment.Spec!.NodeName, attachment.Spec.InstanceId))
                    .Select(node => Node(node.Key.NodeName, node.Key.InstanceId, node, now))
                    .OrderBy(node => node.Health)
                    .ThenBy(node => node.Name, StringComparer.Ordinal),
            ],
            nodeEni.Status?.RetainedEnis
        );
    }

    private static NodeStatusItem Node(string name, string instance, IEnumerable<EniAttachment> attachments, DateTimeOffset now)
    {
        var enis = attachments
            .Select(attachment => EniStatusItem.Of(attachment, now))
            .OrderBy(eni => eni.DeviceIndex)
            .ThenBy(eni => eni.Attachment, StringComparer.Ordinal)
            .ToList();
        return new NodeStatusItem(name, instance, enis.Min(eni => eni.Health), enis);
    }

    private static (Health Health, string Reason, string Message) Evaluate(NodeEni nodeEni)
    {
        var conditions = nodeEni.Status?.Conditions;
        var ready = conditions.Find(ConditionTypes.Ready);
        var degraded = conditions.Find(ConditionTypes.Degraded);
        if (nodeEni.Metadata.IsBeingDeleted)
        {
            return (Health.Deleting, Reasons.Deleting, conditions.Find(ConditionTypes.Progressing)?.Message ?? "It is being deleted.");
        }

        if (ready is null)
        {
            return (
                Health.Progressing,
                Reasons.Progressing,
                "The controller has not reconciled it yet. Check whether the controller runs with `kubectl eni doctor`."
            );
        }

        if (nodeEni.Status!.ObservedGeneration < nodeEni.Metadata.Generation)
        {
            return (Health.Progressing, Reasons.Progressing, "The spec changed, and the controller has not reconciled the change yet.");
        }

        // Degraded may be true although the ENI works, for example with another device
        // index than requested.
        return ready.Status == ConditionStatus.True
                ? (Health.Ready, ready.Reason, degraded is { Status: ConditionStatus.True } ? degraded.Message : ready.Message)
            : degraded is { Status: ConditionStatus.True } && degraded.Reason == ready.Reason ? (Health.Trouble, degraded.Reason, degraded.Message)
            : (Health.Progressing, ready.Reason, ready.Message);
    }
}
