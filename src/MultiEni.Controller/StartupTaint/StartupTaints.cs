using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.NodeEnis;
using MultiEni.Controller.Planning;
using MultiEni.Controller.Telemetry;
using MultiEni.Operator;
using MultiEni.Operator.Client;
using MultiEni.Operator.Events;
using MultiEni.Operator.Queues;

namespace MultiEni.Controller.StartupTaint;

/// <summary>
/// Takes the startup taint off nodes whose ENIs are all ready, so that no pod lands on a node
/// before. Node groups put it on; this never does: an ENI that fails later is no reason to keep
/// pods away that do not need it.
/// </summary>
internal sealed class StartupTaints(
    ClusterView cluster,
    ControllerInformers informers,
    KubernetesClient kubernetes,
    PlanOutcomes outcomes,
    EventRecorder events,
    OperatorMetrics metrics,
    TimeProvider time,
    ILoggerFactory loggers
)
{
    private const int Workers = 4;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var queue = new WorkQueue<string>("startup-taint", metrics, time);
        using var plans = outcomes.Changes.Subscribe(_ =>
        {
            foreach (var node in cluster.Nodes.Where(node => TaintDecision.IndexOf(node) >= 0))
            {
                queue.Add(node.Metadata.Name);
            }
        });
        using var nodes = informers.Nodes.Subscribe(change =>
        {
            if (TaintDecision.IndexOf(change.Current) >= 0)
            {
                queue.Add(change.Current.Metadata.Name);
            }
        });
        using var attachments = informers.Attachments.Subscribe(change => queue.Add(change.Current.Spec!.NodeName));
        var options = new ReconcileLoopOptions { Workers = Workers };
        var logger = loggers.CreateLogger<ReconcileLoop<string>>();
        await new ReconcileLoop<string>("startup-taint", queue, ReconcileAsync, options, time, logger).RunAsync(cancellationToken);
    }

    private async Task<ReconcileResult> ReconcileAsync(string name, CancellationToken cancellationToken)
    {
        if (cluster.Node(name) is not { } node || TaintDecision.IndexOf(node) is var index && index < 0)
        {
            return ReconcileResult.Done;
        }

        var selecting = cluster.NodeEnis.Where(nodeEni => ClusterView.Selects(nodeEni, node)).ToList();
        IReadOnlyList<EniAttachment> attachments = NodeIdentity.Of(node) is NodeIdentity.Ec2 instance
            ? cluster.AttachmentsOn(instance.InstanceId)
            : [];
        if (!TaintDecision.MayRemove(node, selecting, nodeEni => outcomes.Find(nodeEni.Metadata.Name, nodeEni.Metadata.Uid), attachments))
        {
            return ReconcileResult.Done;
        }

        try
        {
            await kubernetes.JsonPatchAsync(Kinds.Node, new ObjectKey(null, name), RemovalOf(index), cancellationToken);
        }
        catch (KubernetesApiException changed) when (changed.IsInvalid || changed.IsConflict || changed.IsNotFound)
        {
            // Somebody changed the taints in between; the node's next event brings the next look.
            return ReconcileResult.Done;
        }

        events.Record(
            new ObjectReference
            {
                ApiVersion = "v1",
                Kind = "Node",
                Name = name,
                Uid = node.Metadata.Uid,
            },
            EventType.Normal,
            Events.StartupTaintRemoved,
            selecting.Count == 0
                ? $"no NodeENI selects the node: the taint {Names.StartupTaint} was removed"
                : $"all its ENIs are ready: the taint {Names.StartupTaint} was removed"
        );
        return ReconcileResult.Done;
    }

    /// <summary>
    /// Removes one entry, if it is still the one that was seen: the list has no keys to patch by,
    /// and no other taint may be lost.
    /// </summary>
    internal static JsonArray RemovalOf(int index) =>
        // Not a collection expression: that calls the generic Add, which ahead-of-time compilation
        // refuses.
        new(
            Operation("test", $"/spec/taints/{index}/key", Names.StartupTaint),
            Operation("test", $"/spec/taints/{index}/effect", TaintDecision.Effect),
            Operation("remove", $"/spec/taints/{index}", null)
        );

    private static JsonObject Operation(string op, string path, string? value)
    {
        var operation = new JsonObject { ["op"] = op, ["path"] = path };
        if (value is not null)
        {
            operation["value"] = value;
        }

        return operation;
    }
}
