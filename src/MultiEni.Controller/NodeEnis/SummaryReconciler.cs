using System.Text.Json;
using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2.Permissions;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.Summary;
using MultiEni.Operator.Client;
using MultiEni.Operator.Events;
using MultiEni.Operator.Queues;

namespace MultiEni.Controller.NodeEnis;

/// <summary>Keeps the status of one NodeENI true. Writes only when something changed.</summary>
internal sealed class SummaryReconciler(
    ClusterView cluster,
    KubernetesClient kubernetes,
    PlanOutcomes outcomes,
    PermissionLedger permissions,
    EventRecorder events,
    Action ensureLeading,
    TimeProvider time
)
{
    public async Task<ReconcileResult> ReconcileAsync(string name, CancellationToken cancellationToken)
    {
        if (cluster.NodeEni(name) is not { } nodeEni || outcomes.Find(name) is not { } plan)
        {
            return ReconcileResult.Done;
        }

        var attachments = cluster.AttachmentsOf(name).Where(attachment => attachment.Spec!.NodeEniRef.Uid == nodeEni.Metadata.Uid).ToList();
        var status = Summarizer.Summarize(nodeEni, plan, attachments, permissions.Denied, time.GetUtcNow());
        if (Json(nodeEni.Status) == Json(status))
        {
            return ReconcileResult.Done;
        }

        ensureLeading();
        try
        {
            await kubernetes.ApplyAsync(
                Kinds.NodeEni,
                new NodeEni
                {
                    ApiVersion = Names.ApiVersion,
                    Kind = Names.NodeEniKind,
                    Metadata = new() { Name = name, Uid = nodeEni.Metadata.Uid },
                    Status = status,
                },
                Names.Controller,
                force: true,
                "status",
                cancellationToken
            );
        }
        catch (KubernetesApiException gone) when (gone.IsNotFound || gone.IsConflict)
        {
            // It went away, perhaps to come back as another one: its deletion or the next event brings the next look.
            return ReconcileResult.Done;
        }

        TellOfDegradation(nodeEni, status);

        return ReconcileResult.Done;
    }

    /// <summary>An event for each new reason why something is not as asked for; what goes on for the same reason is in the condition.</summary>
    private void TellOfDegradation(NodeEni nodeEni, NodeEniStatus now)
    {
        var before = nodeEni.Status?.Conditions.Find(ConditionTypes.Degraded);
        if (
            now.Conditions.Find(ConditionTypes.Degraded) is { Status: ConditionStatus.True } degraded
            && (before?.Status != ConditionStatus.True || before.Reason != degraded.Reason)
        )
        {
            events.Record(NodeEniReferences.To(nodeEni), EventType.Warning, degraded.Reason, degraded.Message);
        }
    }

    private static string Json(NodeEniStatus? status) => status is null ? "" : JsonSerializer.Serialize(status, ApiJson.Default.NodeEniStatus);
}
