using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Attachments;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.Leading;
using MultiEni.Controller.Networks;
using MultiEni.Operator.Informers;
using MultiEni.Operator.Queues;

namespace MultiEni.Controller.NodeEnis;

/// <summary>Plans each NodeENI whenever something changes that its plan depends on.</summary>
internal sealed class PlanLoop(
    ControlLoop loop,
    PlanReconciler reconciler,
    ClusterView view,
    ControllerInformers informers,
    PlanOutcomes outcomes,
    CreateCooldowns cooldowns,
    ElasticIpCatalog elasticIps,
    int workers,
    TimeProvider time
)
{
    // A plan looks at every attachment of its NodeENI: at most once a second, however many of them
    // change.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Debouncer<string> _debounced = new(loop.Queue, () => Interval, time);

    /// <summary>Plans until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var nodeEnis = informers.NodeEnis.Subscribe(OnNodeEni);
        using var nodes = informers.Nodes.Subscribe(OnNode);
        using var attachments = informers.Attachments.Subscribe(OnAttachment);
        using var subnets = cooldowns.Subnets.Subscribe(OnSubnetFull);
        using var refusals = elasticIps.Refusals.Subscribe(name => _debounced.Add(name));
        await loop.RunAsync(reconciler.ReconcileAsync, workers, cancellationToken);
    }

    private void OnNodeEni(ObjectChange<NodeEni> change)
    {
        if (PlanTriggers.Concerns(change))
        {
            loop.Queue.Add(change.Current.Metadata.Name);
        }
    }

    private void OnNode(ObjectChange<Node> change)
    {
        if (!PlanTriggers.Concerns(change))
        {
            return;
        }

        foreach (var nodeEni in view.NodeEnis.Where(nodeEni => PlanTriggers.IsSelected(nodeEni, change)))
        {
            _debounced.Add(nodeEni.Metadata.Name);
        }
    }

    private void OnAttachment(ObjectChange<EniAttachment> change)
    {
        if (PlanTriggers.Concerns(change, owner => outcomes.Find(owner.Name, owner.Uid) is { HoldsBack: true }))
        {
            _debounced.Add(change.Current.Spec!.NodeEniRef.Name);
        }
    }

    /// <summary>
    /// A subnet has no room: NodeENIs that leave the choice of the subnet to the controller are
    /// planned anew.
    /// </summary>
    private void OnSubnetFull(string subnetId)
    {
        foreach (var name in view.AttachmentsIn(subnetId).Select(attachment => attachment.Spec!.NodeEniRef.Name).Distinct())
        {
            if (view.NodeEni(name)?.Spec?.SubnetPolicy == SubnetPolicies.MostFree)
            {
                _debounced.Add(name);
            }
        }
    }
}
