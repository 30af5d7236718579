using MultiEni.Controller.Ec2.Permissions;
using MultiEni.Controller.GeneratedObjects;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.Leading;
using MultiEni.Operator.Queues;

namespace MultiEni.Controller.NodeEnis;

/// <summary>
/// Summarizes each NodeENI whenever one of its attachments changes, or something else that its
/// status tells.
/// </summary>
internal sealed class SummaryLoop(
    ControlLoop loop,
    SummaryReconciler reconciler,
    ClusterView view,
    ControllerInformers informers,
    PlanOutcomes outcomes,
    RetainedView retained,
    PermissionLedger permissions,
    WriteFailures writeFailures,
    GeneratedObjectProblems objectProblems,
    TimeProvider time
)
{
    private const int Workers = 4;

    // While very many change, summaries would be most of the work: a status that is some seconds
    // old tells as much of thousands of ENIs.
    private const double AttachmentsPerSecond = 2000;

    private readonly Debouncer<string> _debounced = new(loop.Queue, () => Interval(view.AttachmentCount), time);

    /// <summary>Summarizes until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var attachments = informers.Attachments.Subscribe(change => _debounced.Add(change.Current.Spec!.NodeEniRef.Name));
        using var plans = outcomes.Changes.Subscribe(_debounced.Add);
        using var unattached = retained.Subscribe(_debounced.Add);
        using var denied = permissions.Changes.Subscribe(_ => All());
        using var refused = writeFailures.Changes.Subscribe(_ => All());
        using var unwritten = objectProblems.Changes.Subscribe(_ => All());
        await loop.RunAsync(reconciler.ReconcileAsync, Workers, cancellationToken);
    }

    /// <summary>
    /// How long after a summary of a NodeENI the next one may be, by the number of attachments in
    /// the cluster.
    /// </summary>
    internal static TimeSpan Interval(int attachments) => TimeSpan.FromSeconds(Math.Max(1, attachments / AttachmentsPerSecond));

    private void All()
    {
        foreach (var nodeEni in view.NodeEnis)
        {
            _debounced.Add(nodeEni.Metadata.Name);
        }
    }
}
