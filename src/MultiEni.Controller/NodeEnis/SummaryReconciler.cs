using System.Text.Json;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2.Permissions;
using MultiEni.Controller.GeneratedObjects;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.Summary;
using MultiEni.Operator.Client;
using MultiEni.Operator.Events;
using MultiEni.Operator.Informers;
using MultiEni.Operator.Queues;

namespace MultiEni.Controller.NodeEnis;

/// <summary>Keeps the status of one NodeENI true. Writes only when something changed.</summary>
internal sealed class SummaryReconciler(
    ClusterView cluster,
    KubernetesClient kubernetes,
    PlanOutcomes outcomes,
    RetainedView retained,
    PermissionLedger permissions,
    WriteFailures writeFailures,
    GeneratedObjectProblems objectProblems,
    EventRecorder events,
    TimeProvider time
)
{
    // Times in conditions have whole seconds, and a look a moment too early would find nothing due.
    private static readonly TimeSpan Rounding = TimeSpan.FromSeconds(1);

    private readonly ObjectWriter<NodeEni> _nodeEnis = cluster.NodeEniWriter(kubernetes);

    public async Task<ReconcileResult> ReconcileAsync(string name, CancellationToken cancellationToken)
    {
        if (cluster.NodeEni(name) is not { } nodeEni || outcomes.Find(name, nodeEni.Metadata.Uid) is not { } plan)
        {
            return ReconcileResult.Done;
        }

        var attachments = cluster.AttachmentsOf(name).Where(attachment => attachment.Spec!.NodeEniRef.Uid == nodeEni.Metadata.Uid).ToList();
        var now = time.GetUtcNow();
        var next = NextLook(attachments, now);
        var refused = RefusedFor(nodeEni, plan, attachments);
        if (nodeEni.Metadata.IsBeingDeleted && attachments.Count == 0 && refused.Count == 0 && plan.Retained is null)
        {
            // It is about to go with its finalizer, and a status would come too late.
            return next;
        }

        var status = Summarizer.Summarize(nodeEni, plan, attachments, retained.UnclaimedOf(nodeEni), permissions.Denied, refused, now);
        if (Json(nodeEni.Status) == Json(status))
        {
            return next;
        }

        var patch = new NodeEni
        {
            ApiVersion = Names.ApiVersion,
            Kind = Names.NodeEniKind,
            Metadata = new() { Name = name, Uid = nodeEni.Metadata.Uid },
            Status = status,
        };
        if (await _nodeEnis.ApplyStatusAsync(nodeEni, patch, cancellationToken) is null)
        {
            return ReconcileResult.Done;
        }

        RecordDegradation(nodeEni, status);
        return next;
    }

    /// <summary>When what is said changes because time passes and nothing else does.</summary>
    private ReconcileResult NextLook(List<EniAttachment> attachments, DateTimeOffset now)
    {
        var due = attachments.Select(AttachmentTrouble.Due).Where(at => at > now).Min() - now;
        var wait = new[] { due, writeFailures.NextChange }.Min();
        return wait is { } time ? ReconcileResult.After(time + Rounding) : ReconcileResult.Done;
    }

    private List<WriteFailure> RefusedFor(NodeEni nodeEni, PlanOutcome plan, List<EniAttachment> attachments) =>
        [
            .. writeFailures.Current.Where(failure =>
                failure.Resource.Split('/')[0] switch
                {
                    Names.NodeEniPlural => failure.Key.Name == nodeEni.Metadata.Name,
                    Names.EniAttachmentPlural => plan.Missing.Contains(failure.Key.Name)
                        || attachments.Exists(attachment => attachment.Metadata.Name == failure.Key.Name),
                    "nodes" => cluster.Node(failure.Key.Name) is { } node && ClusterView.Selects(nodeEni, node),
                    "leases" => false,
                    // Events and what is made for all NodeENIs together: nobody can tell whose it
                    // is, so that it is everybody's.
                    _ => true,
                }
            ),
            .. objectProblems.Of(nodeEni.Metadata.Name).Select(problem => new WriteFailure("", default, problem.Message)),
        ];

    /// <summary>
    /// An event for each new reason why something is not as asked for; what goes on for the same
    /// reason is in the condition.
    /// </summary>
    private void RecordDegradation(NodeEni nodeEni, NodeEniStatus now)
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
