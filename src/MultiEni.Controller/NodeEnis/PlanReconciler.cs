using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Attachments;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Ec2.Inventory;
using MultiEni.Controller.Ec2.Limits;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.Networks;
using MultiEni.Controller.Planning;
using MultiEni.Controller.Summary;
using MultiEni.Operator.Client;
using MultiEni.Operator.Informers;
using MultiEni.Operator.Queues;

namespace MultiEni.Controller.NodeEnis;

/// <summary>Brings the attachments of one NodeENI to where its plan wants them.</summary>
internal sealed class PlanReconciler(
    ClusterView cluster,
    KubernetesClient kubernetes,
    NetworkCatalog catalog,
    ElasticIpCatalog elasticIps,
    InstanceTypeCatalog types,
    EniInventory inventory,
    CreateCooldowns cooldowns,
    PlanOutcomes outcomes,
    RetainedView retained,
    RetainedCleanup retainedCleanup,
    int defaultDeviceIndex,
    TimeSpan reconcilePeriod
)
{
    private readonly ObjectWriter<NodeEni> _nodeEnis = cluster.NodeEniWriter(kubernetes);

    private const int WritesAtOnce = 16;
    private static readonly TimeSpan CacheCatchesUp = TimeSpan.FromSeconds(2);

    // Free addresses count only when something new is placed; then they had better be fresh, and
    // fresher still before a subnet is called full.
    private static readonly TimeSpan AddressLifetime = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RecheckLifetime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetainedRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryUnauthorizedAfter = TimeSpan.FromMinutes(5);

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
            if (await HasAttachmentsAsync(nodeEni, cancellationToken))
            {
                return ReconcileResult.After(CacheCatchesUp);
            }

            if (await retainedCleanup.DeleteAsync(nodeEni, cancellationToken) is { } left)
            {
                outcomes.Remember(nodeEni, PlanOutcome.OfRetained(nodeEni.Metadata.Generation, left.Count, left.Failure));
                return ReconcileResult.After(left.Failure is null ? TimeSpan.Zero : left.Failure.Reaction.RetryAfter ?? RetainedRetry);
            }

            try
            {
                await _nodeEnis.SetFinalizerAsync(nodeEni, Names.NodeEniFinalizer, present: false, cancellationToken);
            }
            catch (Exception refused) when (KubernetesFailure.Is(refused))
            {
                // What the API server refuses must find a status to be in.
                outcomes.Remember(nodeEni, PlanOutcome.OfNothing(nodeEni.Metadata.Generation));
                throw;
            }

            return ReconcileResult.Done;
        }

        var nodes = cluster.NodesMatching(nodeEni).Select(PlannedNode.Of).ToList();
        var resolution = await catalog.ResolveAsync(nodeEni.Spec!, null, cancellationToken);
        var input = new PlanInput(
            nodeEni,
            nodes,
            resolution.Network,
            existing,
            instance => EnisOfOthers(name, instance),
            cluster.AttachmentsIn,
            types.Find
        )
        {
            IsAdoptable = (instance, subnet) => inventory.FindUnclaimed(instance, name, subnet) is not null,
            IsMade = attachment => inventory.FindBySlot(attachment).Count > 0,
            HasNoRoom = subnet => cooldowns.IsFull(subnet, nodeEni.Spec!.Ipv4PrefixCount > 0),
            Retained = retained.Of(nodeEni, resolution.Network),
            ElasticIps = await ElasticIpsAsync(nodeEni, ElasticIpCatalog.Lifetime, cancellationToken),
            ElasticIpsOfOthers = () => ElasticIpsOfOthers(name),
            ElasticIpHolders = () => new(cluster.Attachments, inventory.Rows(), elasticIps.IsRefused),
            DefaultDeviceIndex = defaultDeviceIndex,
            LimitsUnavailable = await LearnTypesAsync(nodes, EniSettings.AreIn(nodeEni.Spec!), cancellationToken),
        };
        var plan = Planner.Plan(input);
        if (plan.Problems.Any(problem => problem.Reason is Reasons.NoElasticIpLeft or Reasons.ElasticIpsUnavailable))
        {
            // Somebody may have freed or tagged one since.
            input = input with
            {
                ElasticIps = await ElasticIpsAsync(nodeEni, ElasticIpCatalog.Refresh, cancellationToken),
            };
            plan = Planner.Plan(input);
        }

        if (plan.UsesFreeAddresses && !IsShort(plan))
        {
            PlanWith(await catalog.ResolveAsync(nodeEni.Spec!, AddressLifetime, cancellationToken));
        }

        if (plan.UsesFreeAddresses && IsShort(plan))
        {
            PlanWith(await catalog.RecheckAsync(nodeEni.Spec!, RecheckLifetime, cancellationToken));
        }

        void PlanWith(NetworkResolution fresh)
        {
            if (fresh != resolution)
            {
                resolution = fresh;
                plan = Planner.Plan(input with { Network = fresh.Network });
            }
        }

        resolution = resolution.WithoutPlaceFor(nodeEni.Spec!.PrivateIpAddresses);
        var present = existing.Select(attachment => attachment.Metadata.Name).ToHashSet();
        outcomes.Remember(
            nodeEni,
            new PlanOutcome(nodeEni.Metadata.Generation, nodes.Count, plan.Desired, resolution, plan.Problems, plan.DesiredByNode)
            {
                Outdated = plan.Outdated,
                Changing = plan.Changing,
                Unwanted = plan.Unwanted,
                HoldsBack = plan.HoldsBack,
                InTheWay = plan.InTheWay,
                Missing = plan
                    .Apply.Where(attachment => !present.Contains(attachment.Metadata.Name))
                    .Select(attachment => attachment.Metadata.Name)
                    .ToHashSet(),
            }
        );

        // Remembered before it is written: what the API server refuses must find a status to be in.
        if (!nodeEni.Metadata.IsBeingDeleted)
        {
            await _nodeEnis.SetFinalizerAsync(nodeEni, Names.NodeEniFinalizer, present: true, cancellationToken);
        }

        await ApplyAsync(plan, cancellationToken);
        return ReconcileResult.After(NextLook(resolution, plan));
    }

    private static bool IsShort(Plan plan) => plan.Problems.Any(problem => problem.Reason == Reasons.SubnetFull);

    private TimeSpan NextLook(NetworkResolution resolution, Plan plan)
    {
        if (resolution.Network is null)
        {
            // Only a person can grant a permission; asking often is of no use.
            return resolution.Subnets.Reason == Reasons.Unauthorized || resolution.SecurityGroups.Reason == Reasons.Unauthorized
                ? RetryUnauthorizedAfter
                : NetworkCatalog.RetryUnresolvedAfter;
        }

        // No watch tells when addresses become free, or when EC2 answers again.
        var waits = plan.Problems.Any(problem =>
            problem.Reason
                is Reasons.SubnetFull
                    or Reasons.NoAddressLeft
                    or Reasons.UnknownInstanceType
                    or Reasons.NoElasticIpLeft
                    or Reasons.ElasticIpsUnavailable
        );
        return waits && InsufficientAddresses.Cooldown < reconcilePeriod ? InsufficientAddresses.Cooldown : reconcilePeriod;
    }

    // One after the other, thousands of writes would take as many round trips; in order all the
    // same, for nodes are finished one by one.
    private async Task ApplyAsync(Plan plan, CancellationToken cancellationToken)
    {
        var few = new ParallelOptions { MaxDegreeOfParallelism = WritesAtOnce, CancellationToken = cancellationToken };
        var failures = new ConcurrentQueue<Exception>();
        await Parallel.ForEachAsync(plan.Delete, few, (attachment, token) => TryAsync(DeleteAsync(attachment, token), failures));
        await Parallel.ForEachAsync(plan.Apply, few, (attachment, token) => TryAsync(ApplyAsync(attachment, token), failures));
        if (failures.TryDequeue(out var first))
        {
            // All were tried, and those that failed are in the status. Thrown so that the plan is
            // tried again with backoff.
            ExceptionDispatchInfo.Throw(first);
        }
    }

    // One rejected write must not keep the others from being made.
    private static async ValueTask TryAsync(Task write, ConcurrentQueue<Exception> failures)
    {
        try
        {
            await write;
        }
        catch (Exception refused) when (KubernetesFailure.Is(refused))
        {
            failures.Enqueue(refused);
        }
    }

    private async Task ApplyAsync(EniAttachment attachment, CancellationToken cancellationToken) =>
        cluster.Wrote(
            await kubernetes.ApplyAsync(Kinds.EniAttachment, attachment, Names.Controller, force: true, subresource: null, cancellationToken)
        );

    private async Task DeleteAsync(EniAttachment attachment, CancellationToken cancellationToken)
    {
        var key = ObjectKey.Of(attachment);
        var options = new DeleteOptions { Uid = attachment.Metadata.Uid };
        var deletion = await kubernetes.DeleteAsync(Kinds.EniAttachment, key, options, cancellationToken);
        if (deletion.Remaining is { } remaining)
        {
            cluster.Wrote(remaining);
        }
        else
        {
            cluster.Gone(attachment);
        }
    }

    /// <summary>
    /// Asks the server itself: what was made a moment ago may not be in the cache, and with the
    /// finalizer the NodeENI would vanish before its ENIs.
    /// </summary>
    private async Task<bool> HasAttachmentsAsync(NodeEni nodeEni, CancellationToken cancellationToken)
    {
        var label = $"{Names.NodeEniLabel}={Names.LabelValue(nodeEni.Metadata.Name)}";
        var found = await kubernetes.ListAsync(Kinds.EniAttachment, new ListOptions { LabelSelector = label }, cancellationToken);
        return found.Items.Any(attachment => attachment.Spec!.NodeEniRef.Uid == nodeEni.Metadata.Uid);
    }

    /// <summary>
    /// Has EC2 asked for the limits of types that are not known; null, or why it could not be
    /// asked.
    /// </summary>
    private async Task<string?> LearnTypesAsync(IReadOnlyList<PlannedNode> nodes, bool withFeatures, CancellationToken cancellationToken)
    {
        try
        {
            await types.LearnAsync(
                nodes.Where(node => node.Identity is NodeIdentity.Ec2).Select(node => node.InstanceType).OfType<string>(),
                withFeatures,
                cancellationToken
            );
            return null;
        }
        catch (Ec2CallException failed)
        {
            return FailureMessage.For(failed.Failure);
        }
    }

    private Task<ElasticIps> ElasticIpsAsync(NodeEni nodeEni, TimeSpan oldest, CancellationToken cancellationToken) =>
        elasticIps.ResolveAsync(nodeEni.Spec!.ElasticIps, eni => inventory.Find(eni) is not null, oldest, cancellationToken);

    private IEnumerable<string> ElasticIpsOfOthers(string name) =>
        cluster
            .Attachments.Where(attachment => attachment.Spec!.NodeEniRef.Name != name)
            .Select(attachment => attachment.Spec!.ElasticIp?.AllocationId)
            .OfType<string>();

    private List<PlacedEni> EnisOfOthers(string name, string instanceId) =>
        cluster.AttachmentsOn(instanceId).Where(attachment => attachment.Spec!.NodeEniRef.Name != name).Select(PlacedEni.Of).ToList();
}
