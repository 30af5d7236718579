using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Attachments;
using MultiEni.Controller.Attachments.Concurrency;
using MultiEni.Controller.DeviceClasses;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Budget;
using MultiEni.Controller.Ec2.Inventory;
using MultiEni.Controller.Ec2.Limits;
using MultiEni.Controller.Ec2.Permissions;
using MultiEni.Controller.GeneratedObjects;
using MultiEni.Controller.Imds;
using MultiEni.Controller.Karpenter;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.Leading;
using MultiEni.Controller.Leaks;
using MultiEni.Controller.Multus;
using MultiEni.Controller.Networks;
using MultiEni.Controller.NodeEnis;
using MultiEni.Controller.PodAddresses;
using MultiEni.Controller.StartupTaint;
using MultiEni.Controller.Telemetry;
using MultiEni.Controller.Whereabouts;
using MultiEni.Operator;
using MultiEni.Operator.Client;
using MultiEni.Operator.Diagnostics;
using MultiEni.Operator.Events;
using MultiEni.Operator.Hosting;
using MultiEni.Operator.Queues;

namespace MultiEni.Controller;

/// <summary>
/// One term of leadership: first a sweep of EC2, so that nothing is created that exists, then three
/// loops (plan, attachments, summary) that wake on changes, what is switched on beside them, and a
/// slow resync.
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
    OperatorMetrics runtime,
    HealthChecks checks,
    Action ensureLeading,
    ILoggerFactory loggers,
    TimeProvider time
) : IDisposable
{
    // Reconciles that wait for the budget are limited; these are for all others, which wait for an
    // answer at most.
    private const int SpareWorkers = 64;

    // What the budget can use at a time, when no number is set.
    private const int Cleanups = 100;

    private readonly ILogger _logger = loggers.CreateLogger<LeadingController>();
    private readonly ControlLoop _plans = new("plan", runtime, checks, loggers, time);
    private readonly ControlLoop _attachments = new("attachment", runtime, checks, loggers, time);
    private readonly ControlLoop _summaries = new("summary", runtime, checks, loggers, time);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var guarded = kubernetes.GuardedBy(ensureLeading);
        var ec2Metrics = new Ec2Metrics(meter);
        using var budget = new Ec2Budget(new Ec2BudgetOptions { RateProfile = settings.Ec2RateProfile }, ec2Metrics, time);
        using var ec2 = new Ec2Client(ec2Options, budget, ec2Metrics, time, ensureLeading);
        using var inventory = new EniInventory(ec2, new EniInventoryOptions { Cluster = cluster }, time);
        using var types = new InstanceTypeCatalog(ec2, time);
        using var instances = new InstanceStates(ec2, time);
        var outcomes = new PlanOutcomes();
        var permissions = new PermissionLedger();
        var objectProblems = new GeneratedObjectProblems();
        using var answers = ec2.Answers.Subscribe(permissions.Answered);
        var cooldowns = new CreateCooldowns(time);
        var catalog = new NetworkCatalog(ec2, () => view.Attachments.Where(attachment => HasEni(attachment, inventory)), time);
        var limits = new ConcurrencyLimits(
            settings.ConcurrentCleanups == 0 ? Cleanups : settings.ConcurrentCleanups,
            name => _attachments.Queue.Add(name, WorkPriority.Urgent)
        );
        var retained = new RetainedView(view, inventory, outcomes);
        var summaries = new SummaryReconciler(view, guarded, outcomes, retained, permissions, writeFailures, objectProblems, events, time);
        var elasticIps = new ElasticIpCatalog(ec2, time);
        var plans = new PlanReconciler(
            view,
            guarded,
            catalog,
            elasticIps,
            types,
            inventory,
            cooldowns,
            outcomes,
            retained,
            new RetainedCleanup(retained, inventory, ec2, events),
            settings.DefaultDeviceIndex,
            settings.ReconcilePeriod
        );
        var leaks = new LeakPass(inventory, view, ec2, events, retained.Keeps, settings.Leaks, time, loggers.CreateLogger<LeakPass>());

        // The program: what runs while this process leads.
        await using var background = new BackgroundTasks(cancellationToken);
        background.Add(
            new SummaryLoop(_summaries, summaries, view, informers, outcomes, retained, permissions, writeFailures, objectProblems, time).RunAsync
        );

        // Nothing is created that exists: all else waits for the sweep.
        await new FirstSweep(inventory, view, outcomes, time, _logger).RunAsync(cancellationToken);
        var metrics = new ControllerMetrics(
            meter,
            () => view.AttachmentCount,
            () => leaks.Candidates,
            () => leaks.Blocked,
            () => permissions.Denied.Count,
            () => PodAddressCounts.Of(view.Attachments),
            retained.Counts
        );
        if (settings.PermissionPreflight)
        {
            background.Add(new PermissionCheck(ec2, inventory, outcomes.Places, permissions, cluster, time, _logger).RunAsync);
        }

        if (settings.ManageStartupTaint)
        {
            background.Add(new StartupTaints(view, informers, guarded, outcomes, events, runtime, time, loggers).RunAsync);
        }

        if (settings.NetworksNamespace.Length > 0)
        {
            Keep(NetworkDefinitions.In(settings.NetworksNamespace, settings.NetworksIpam));
        }

        if (settings.NodeSlicePoolsNamespace.Length > 0)
        {
            Keep(NodeSlices.In(settings.NodeSlicePoolsNamespace));
        }

        if (settings.DeviceClasses)
        {
            Keep(ResourceClass.Kind);
        }

        if (settings.NodeOverlays)
        {
            Keep(ResourceOverlay.Kind);
        }

        void Keep<TDesired, TObject>(GeneratedKind<TDesired, TObject> kind)
            where TObject : class, IKubernetesObject
        {
            var writer = new GeneratedObjectWriter<TDesired, TObject>(kind, view, informers, guarded, objectProblems, runtime, time, loggers);
            background.Add(writer.RunAsync);
        }

        if (settings.Imds.AutoConfigure)
        {
            background.Add(new HopLimits(settings.Imds, view, outcomes, ec2, time, loggers.CreateLogger<HopLimits>()).RunAsync);
        }

        var attachments = AttachmentReconciler(guarded, ec2, inventory, types, instances, cooldowns, catalog, elasticIps, retained, limits, metrics);
        background.Add(new PlanLoop(_plans, plans, view, informers, outcomes, cooldowns, elasticIps, settings.ConcurrentReconciles, time).RunAsync);
        background.Add(new AttachmentLoop(_attachments, attachments, view, informers, inventory, events, limits.Most + SpareWorkers).RunAsync);
        background.Add(inventory.RunAsync);
        await background.RunAsync(new Resync(_attachments, view, inventory, leaks, metrics, settings.ReconcilePeriod, time, _logger).RunAsync);
    }

    public void Dispose()
    {
        _plans.Dispose();
        _attachments.Dispose();
        _summaries.Dispose();
    }

    private AttachmentReconciler AttachmentReconciler(
        KubernetesClient guarded,
        Ec2Client ec2,
        EniInventory inventory,
        InstanceTypeCatalog types,
        InstanceStates instances,
        CreateCooldowns cooldowns,
        NetworkCatalog catalog,
        ElasticIpCatalog elasticIps,
        RetainedView retained,
        ConcurrencyLimits limits,
        ControllerMetrics metrics
    )
    {
        var reservations = new IndexReservations(time);
        var backoff = new StepBackoff(time);
        var memory = new PodAddressMemory(time);
        var operations = new EniOperations(ec2, cluster, memory);
        var pods = new PodAddressPlanner(view, inventory, catalog, cooldowns, type => types.Find(type)?.Ipv4PerEni, memory, time);
        var observer = new AttachmentObserver(view, inventory, instances, reservations, types.Find, pods, retained.Keeps, settings.TimeLimits, time);
        var writer = new AttachmentWriter(view, guarded, catalog, memory, events, settings.MaximumCleanupDuration, time);
        return new(
            view,
            inventory,
            observer,
            new CallExecutor(operations, inventory, observer, writer, reservations, cooldowns, limits, backoff, metrics, time),
            new RestExecutor(inventory, writer, limits),
            new FailureHandler(inventory, writer, memory, reservations, cooldowns, backoff, catalog, elasticIps, metrics),
            backoff,
            writer,
            limits
        );
    }

    // The status tells of an ENI when it is attached.
    private static bool HasEni(EniAttachment attachment, EniInventory inventory) =>
        attachment.Status?.Network?.EniId is not null || inventory.FindBySlot(attachment.Metadata.Name).Count > 0;
}
