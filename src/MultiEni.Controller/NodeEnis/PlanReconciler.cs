using MultiEni.Api;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.Planning;
using MultiEni.Controller.Summary;
using MultiEni.Operator.Client;
using MultiEni.Operator.Queues;

namespace MultiEni.Controller.NodeEnis;

/// <summary>Brings the attachments of one NodeENI to where its plan wants them.</summary>
internal sealed class PlanReconciler(
    ClusterView cluster,
    KubernetesClient kubernetes,
    NetworkCatalog catalog,
    Func<string, int, int?> maximumEnis,
    PlanOutcomes outcomes,
    Action ensureLeading,
    TimeSpan resync
)
{
    public async Task<ReconcileResult> ReconcileAsync(string name, CancellationToken cancellationToken)
    {
        var nodeEni = cluster.NodeEni(name);
        if (nodeEni is null)
        {
            outcomes.Forget(name);
            return ReconcileResult.Done;
        }

        var existing = cluster.AttachmentsOf(name).Where(attachment => attachment.Spec!.NodeEniRef.Uid == nodeEni.Metadata.Uid).ToList();
        if (nodeEni.Metadata.IsBeingDeleted && existing.Count == 0)
        {
            await SetFinalizerAsync(nodeEni, present: false, cancellationToken);
            return ReconcileResult.Done;
        }

        if (!nodeEni.Metadata.IsBeingDeleted && !nodeEni.Metadata.HasFinalizer(Names.NodeEniFinalizer))
        {
            await SetFinalizerAsync(nodeEni, present: true, cancellationToken);
        }

        var nodes = cluster.NodesMatching(nodeEni).Select(PlannedNode.Of).ToList();
        var resolution = await catalog.ResolveAsync(nodeEni.Spec!, cancellationToken);
        var plan = Planner.Plan(
            new PlanInput(nodeEni, nodes, resolution.Network, existing, (instance, card) => EnisOfOthers(name, instance, card), maximumEnis)
        );
        outcomes.Remember(name, new PlanOutcome(nodeEni.Metadata.Generation, nodes.Count, plan.Desired, resolution, plan.Problems));
        foreach (var attachment in plan.Delete)
        {
            ensureLeading();
            await kubernetes.DeleteAsync(
                Kinds.EniAttachment,
                new ObjectKey(null, attachment.Metadata.Name),
                new DeleteOptions { Uid = attachment.Metadata.Uid },
                cancellationToken
            );
        }

        foreach (var attachment in plan.Apply)
        {
            ensureLeading();
            await kubernetes.ApplyAsync(Kinds.EniAttachment, attachment, Names.Controller, force: true, subresource: null, cancellationToken);
        }

        return ReconcileResult.After(resolution.Network is null ? NetworkCatalog.RetryUnresolvedAfter : resync);
    }

    private int EnisOfOthers(string name, string instanceId, int card) =>
        cluster.AttachmentsOn(instanceId).Count(attachment => attachment.Spec!.NodeEniRef.Name != name && attachment.Spec.NetworkCardIndex == card);

    private async Task SetFinalizerAsync(NodeEni nodeEni, bool present, CancellationToken cancellationToken)
    {
        var others = (nodeEni.Metadata.Finalizers ?? []).Where(finalizer => finalizer != Names.NodeEniFinalizer);
        var wanted = present ? others.Append(Names.NodeEniFinalizer) : others;
        ensureLeading();
        await kubernetes.MergePatchAsync(
            Kinds.NodeEni,
            new ObjectKey(null, nodeEni.Metadata.Name),
            FinalizerPatch.For(nodeEni.Metadata, wanted),
            subresource: null,
            cancellationToken
        );
    }
}
