using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Attachments;
using MultiEni.Controller.Attachments.Admission;
using MultiEni.Controller.DeviceClasses;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Budget;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Ec2.Inventory;
using MultiEni.Controller.Ec2.Limits;
using MultiEni.Controller.Ec2.Permissions;
using MultiEni.Controller.GeneratedObjects;
using MultiEni.Controller.Imds;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.Leaks;
using MultiEni.Controller.Multus;
using MultiEni.Controller.Networks;
using MultiEni.Controller.NodeEnis;
using MultiEni.Controller.StartupTaint;
using MultiEni.Controller.Telemetry;
using MultiEni.Operator.Client;
using MultiEni.Operator.Diagnostics;
using MultiEni.Operator.Events;
using MultiEni.Operator.Hosting;
using MultiEni.Operator.Informers;
using MultiEni.Operator.Queues;

namespace MultiEni.Controller;

/// <summary>
/// One term of leadership: first a sweep of EC2, so that nothing is created that exists, then three loops (plan, attachments, summary)
/// that wake on changes, and a slow resync.
/// </summary>
internal sealed class LeadingController(
    ControllerSettings settings,
    string cluster,
    ClusterView view,
    ControllerInformers informers,
    KubernetesClient kubernetes,
    WriteFailures writeFailures,
    EventRecorder events,
    Ec2ClientOptions ec2Options,
    Meter meter,
    HealthChecks checks,
    Action ensureLeading,
    ILoggerFactory loggers,
    TimeProvider time
) : IDisposable
{
    // Reconciles that wait for the budget are bounded by their lines; these are for all others, which wait for an answer at most.
    private const int SpareWorkers = 64;

    // What the budget can use at a time, when no number is set.
    private const int Cleanups = 100;

    // Plans and summaries look at every attachment of a NodeENI: at most once a second, however many of them change.
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    // While very many change, summaries would be most of the work: a status that is some seconds old tells as much of thousands of ENIs.
    private const double SummarisedPerSecond = 2000;

    private const string PlanLoop = "plan";
    private const string AttachmentLoop = "attachment";
    private const string SummaryLoop = "summary";

    private readonly ILogger _logger = loggers.CreateLogger<LeadingController>();
    private readonly WorkQueue<string> _plans = new(PlanLoop, time);
    private readonly WorkQueue<string> _attachments = new(AttachmentLoop, time);
    private readonly WorkQueue<string> _summaries = new(SummaryLoop, time);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var guarded = kubernetes.GuardedBy(ensureLeading);
        var ec2Metrics = new Ec2Metrics(meter);
        using var budget = new Ec2Budget(new Ec2BudgetOptions { RateProfile = settings.Ec2RateProfile }, ec2Metrics, time);
        using var ec2 = new Ec2Client(ec2Options, budget, ec2Metrics, time, ensureLeading);
        using var inventory = new EniInventory(ec2, new EniInventoryOptions { Cluster = cluster }, time);
        using var types = new InstanceTypeCatalog(ec2, time);
        int? MaximumEnis(string type, int card) => types.Find(type) is { } limits && card < limits.PerCard.Count ? limits.PerCard[card] : null;

        var permissions = new PermissionLedger();
        ec2.Answered = permissions.Answered;
        var planPace = new Debouncer<string>(_plans, () => Pace, time);
        var summaryPace = new Debouncer<string>(_summaries, () => SummaryPace(view.AttachmentCount), time);
        var outcomes = new PlanOutcomes(summaryPace.Add);
        permissions.Changed = () => SummariseAll(summaryPace);
        writeFailures.Changed = () => SummariseAll(summaryPace);
        var summing = new SummaryReconciler(view, guarded, outcomes, permissions, writeFailures, events, time);
        await using var background = new BackgroundTasks(cancellationToken);
        background.Add(Loop(SummaryLoop, _summaries, summing.ReconcileAsync, 4).RunAsync);

        // Nothing is created that exists: all else waits for the sweep.
        await new FirstSweep(inventory, view, outcomes, time, _logger).RunAsync(cancellationToken);
        var leaks = new LeakPass(inventory, view, ec2, events, settings.Leaks, time, loggers.CreateLogger<LeakPass>());
        var metrics = new ControllerMetrics(
            meter,
            () => view.AttachmentCount,
            () => leaks.Candidates,
            () => leaks.Blocked,
            () => permissions.Denied.Count
        );

        // The status tells of an ENI when it is attached.
        bool IsMade(string attachment) => inventory.FindBySlot(attachment).Count > 0;
        var catalog = new NetworkCatalog(
            ec2,
            () => view.Attachments.Where(attachment => attachment.Status?.Network?.EniId is not null || IsMade(attachment.Metadata.Name)),
            time
        );
        var reservations = new IndexReservations(time);
        var admissions = new ConcurrencyLimits(
            settings.ConcurrentCleanups == 0 ? Cleanups : settings.ConcurrentCleanups,
            name => _attachments.Add(name, WorkPriority.Urgent)
        );
        var pauses = new CreateCooldowns(time);
        var planning = new PlanReconciler(
            view,
            guarded,
            catalog,
            types,
            (instance, nodeEni, subnet) => inventory.FindUnclaimed(instance, nodeEni, subnet) is not null,
            IsMade,
            pauses,
            outcomes,
            settings.DefaultDeviceIndex,
            settings.ReconcilePeriod
        );
        using var instances = new InstanceStates(ec2, time);
        var attaching = new AttachmentReconciler(
            view,
            inventory,
            new AttachmentObserver(view, inventory, instances, reservations, MaximumEnis, settings.TimeLimits, time),
            new EniOperations(ec2, cluster),
            new AttachmentWriter(view, guarded, catalog, events, time),
            reservations,
            pauses,
            admissions,
            catalog,
            metrics,
            settings.MaximumCleanupDuration,
            time
        );

        inventory.Changed = slot => _attachments.Add(slot);
        pauses.SubnetPaused = subnet => PlanAround(subnet, planPace);
        if (settings.PermissionPreflight)
        {
            var check = new PermissionCheck(ec2, inventory, permissions, cluster, time, _logger);
            outcomes.Planned += check.Offer;
            inventory.Changed += _ => check.Wake();
            background.Add(check.RunAsync);
        }

        if (settings.ManageStartupTaint)
        {
            var taints = new StartupTaints(view, guarded, outcomes, events, time, loggers);
            background.Add(token => taints.RunAsync(informers, token));
        }

        if (settings.NetworksNamespace.Length > 0)
        {
            Keep(NetworkDefinitions.In(settings.NetworksNamespace));
        }

        if (settings.DeviceClasses)
        {
            Keep(ResourceClass.Kind);
        }

        void Keep<TDesired, TObject>(GeneratedKind<TDesired, TObject> kind)
            where TObject : class, IKubernetesObject
        {
            var writer = new GeneratedObjectWriter<TDesired, TObject>(kind, view, guarded, time, loggers);
            background.Add(token => writer.RunAsync(informers, token));
        }

        if (settings.Imds.AutoConfigure)
        {
            var hops = new HopLimits(settings.Imds, view, ec2, time, loggers.CreateLogger<HopLimits>());
            outcomes.Planned += (_, _) => hops.Wake();
            background.Add(hops.RunAsync);
        }

        using var nodeEniChanges = informers.NodeEnis.Subscribe(OnNodeEni);
        using var nodeChanges = informers.Nodes.Subscribe(change => OnNode(change, planPace));
        using var attachmentChanges = informers.Attachments.Subscribe(change =>
        {
            OnAttachment(change, summaryPace);
            if (IsReasonToPlan(change, outcomes))
            {
                planPace.Add(change.Current.Spec!.NodeEniRef.Name);
            }
        });
        background.Add(inventory.RunAsync);
        background.Add(Loop(PlanLoop, _plans, planning.ReconcileAsync, settings.ConcurrentReconciles).RunAsync);
        background.Add(Loop(AttachmentLoop, _attachments, attaching.ReconcileAsync, admissions.Most + SpareWorkers).RunAsync);
        await background.RunAsync(token => ResyncAsync(inventory, leaks, metrics, token));
    }

    public void Dispose()
    {
        checks.Remove(PlanLoop);
        checks.Remove(AttachmentLoop);
        checks.Remove(SummaryLoop);
        _plans.Dispose();
        _attachments.Dispose();
        _summaries.Dispose();
    }

    /// <summary>How long after a summary of a NodeENI the next one may be, by the number of attachments in the cluster.</summary>
    internal static TimeSpan SummaryPace(int attachments) => Pace * Math.Max(1, attachments / SummarisedPerSecond);

    private void SummariseAll(Debouncer<string> pace)
    {
        foreach (var nodeEni in view.NodeEnis)
        {
            pace.Add(nodeEni.Metadata.Name);
        }
    }

    /// <summary>A subnet has no room: whoever leaves the choice of the subnet to us is planned anew.</summary>
    private void PlanAround(string subnetId, Debouncer<string> pace)
    {
        foreach (var name in view.AttachmentsIn(subnetId).Select(attachment => attachment.Spec!.NodeEniRef.Name).Distinct())
        {
            if (view.NodeEni(name)?.Spec?.SubnetPolicy == SubnetPolicies.MostFree)
            {
                pace.Add(name);
            }
        }
    }

    private async Task ResyncAsync(EniInventory inventory, LeakPass leaks, ControllerMetrics metrics, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(settings.ReconcilePeriod, time, cancellationToken);
            try
            {
                await inventory.SweepAsync(cancellationToken);
                await inventory.RefreshUnclaimedAsync(cancellationToken);
                await leaks.RunAsync(metrics, cancellationToken);
            }
            catch (Ec2CallException failed)
            {
                ControllerLog.SweepFailed(_logger, failed.Failure.ToString());
            }

            foreach (var attachment in view.Attachments)
            {
                if (attachment.Status?.Conditions.IsTrue(ConditionTypes.Ready) != true || attachment.Metadata.IsBeingDeleted)
                {
                    _attachments.Add(attachment.Metadata.Name, WorkPriority.Repair);
                }
            }
        }
    }

    private void OnNodeEni(ObjectChange<NodeEni> change)
    {
        // Its status is ours and written every second in a change of many nodes; a plan reads none of it.
        if (
            change is ObjectChange<NodeEni>.Updated { Old: var old, New: var now }
            && old.Metadata.Generation == now.Metadata.Generation
            && old.Metadata.IsBeingDeleted == now.Metadata.IsBeingDeleted
            && now.Metadata.HasFinalizer(Names.NodeEniFinalizer)
        )
        {
            return;
        }

        _plans.Add(change.Current.Metadata.Name);
    }

    private void OnNode(ObjectChange<Node> change, Debouncer<string> pace)
    {
        // Kubelets renew their node's status all the time; only what a plan reads is a reason to plan.
        if (change is ObjectChange<Node>.Updated updated && SameForPlans(updated.Old, updated.New))
        {
            return;
        }

        foreach (var nodeEni in view.NodeEnis)
        {
            var concerned =
                ClusterView.Selects(nodeEni, change.Current)
                || (change is ObjectChange<Node>.Updated { Old: var old } && ClusterView.Selects(nodeEni, old));
            if (concerned)
            {
                pace.Add(nodeEni.Metadata.Name);
            }
        }

        if (change is ObjectChange<Node>.Deleted && Planning.NodeIdentity.Of(change.Current) is Planning.NodeIdentity.Ec2 instance)
        {
            foreach (var attachment in view.AttachmentsOn(instance.InstanceId))
            {
                _attachments.Add(attachment.Metadata.Name);
            }
        }
    }

    private static bool SameForPlans(Node old, Node now) =>
        old.Spec.ProviderID == now.Spec.ProviderID
        && (old.Metadata.Labels?.Count ?? 0) == (now.Metadata.Labels?.Count ?? 0)
        && (old.Metadata.Labels ?? []).All(label => now.Metadata.Label(label.Key) == label.Value);

    private void OnAttachment(ObjectChange<EniAttachment> change, Debouncer<string> pace)
    {
        if (change is ObjectChange<EniAttachment>.Updated { Old: var old, New: { Status: { } status } attachment })
        {
            foreach (var news in DeviceEvents.Between(attachment.Spec!.NodeName, old.Status?.Conditions, status))
            {
                events.Record(
                    NodeEniReferences.To(attachment.Spec.NodeEniRef.Name, attachment.Spec.NodeEniRef.Uid),
                    news.Type,
                    news.Reason,
                    news.Message
                );
            }
        }

        _attachments.Add(change.Current.Metadata.Name);
        pace.Add(change.Current.Spec!.NodeEniRef.Name);
    }

    // One that went may be replaced now, and one that is ready makes way for the next replacement, if there is one that waits.
    private static bool IsReasonToPlan(ObjectChange<EniAttachment> change, PlanOutcomes outcomes) =>
        change is ObjectChange<EniAttachment>.Deleted
        || (BecameReady(change) && change.Current.Spec!.NodeEniRef is var owner && outcomes.Find(owner.Name, owner.Uid) is { HoldsBack: true });

    private static bool BecameReady(ObjectChange<EniAttachment> change) =>
        change is ObjectChange<EniAttachment>.Updated { Old: var old, New: var now }
        && old.Status?.Conditions.IsTrue(ConditionTypes.Ready) != true
        && now.Status?.Conditions.IsTrue(ConditionTypes.Ready) == true;

    private ReconcileLoop<string> Loop(
        string name,
        WorkQueue<string> queue,
        Func<string, CancellationToken, Task<ReconcileResult>> reconcile,
        int workers
    )
    {
        checks.Add(name, queue);
        return new(name, queue, reconcile, new ReconcileLoopOptions { Workers = workers }, time, loggers.CreateLogger<ReconcileLoop<string>>());
    }
}
