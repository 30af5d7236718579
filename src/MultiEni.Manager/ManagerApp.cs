using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Manager.Addresses;
using MultiEni.Manager.Agent;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Claims;
using MultiEni.Manager.Claims.Preparation;
using MultiEni.Manager.Claims.Slices;
using MultiEni.Manager.Counters;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Links;
using MultiEni.Manager.Pods;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Safety;
using MultiEni.Manager.Settings;
using MultiEni.Manager.Setup;
using MultiEni.Manager.Steps;
using MultiEni.Manager.Telemetry;
using MultiEni.Operator;
using MultiEni.Operator.Client;
using MultiEni.Operator.Diagnostics;
using MultiEni.Operator.Hosting;
using MultiEni.Operator.Informers;
using MultiEni.Operator.Queues;

namespace MultiEni.Manager;

/// <summary>The whole agent of one node.</summary>
internal static class ManagerApp
{
    private const int Workers = 4;

    /// <summary>
    /// Runs the agent until it is asked to stop; then lets changes in progress finish within the
    /// grace period.
    /// </summary>
    /// <param name="settings">How it behaves.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="time">Its clock.</param>
    /// <param name="stop">Asks it to stop.</param>
    public static async Task RunAsync(ManagerSettings settings, ILoggerFactory loggers, TimeProvider time, CancellationToken stop)
    {
        var logger = loggers.CreateLogger("eni-manager");
        using var meter = new Meter(Names.Manager);
        var runtime = new OperatorMetrics(meter);
        using var queue = new WorkQueue<AgentWork>("devices", runtime, time);
        var enqueuer = new WorkEnqueuer(queue);
        var wakeAll = () => enqueuer.Everything(WorkPriority.Urgent);

        // The node.
        var kernel = HostChoice.Open(settings.Host, settings.HostTransport);
        // Whether a kernel hangs is told by the machine's clock, however fast that of a simulation
        // runs.
        var host = new TimeLimits(settings.ReadLimit, TimeProvider.System).Apply(kernel);
        var journal = new BindingJournal(settings.JournalPath, settings.BeforeEachWrite);
        var metrics = new ManagerMetrics(meter, settings.NodeName, journal.BoundByDriver);
        using var http = KubernetesConnection.Open(settings.Kubernetes, Names.Manager, time);
        var client = new KubernetesClient(http, time);
        var owners = new OfferOwners();
        // There is none before the attachments are read.
        NodeView? read = null;
        await using var claims = new NodeClaims(settings, client, host, FactsOf, wakeAll, meter, runtime, loggers, time, logger);
        var networks = new EniNetworks();
        await using var publishing = new NodePublishing(settings, host, wakeAll, metrics, loggers, time, logger, claims.Publisher, networks);
        var publisher = publishing.Publisher;
        metrics.ShowAdvertised(() => publisher.Offered.Select(offer => offer.Resource.ToString()));
        using var boot = new BootGuard(new HostReader(host), journal, publisher, time, logger);

        // Kubernetes.
        var ofNode = new InformerScope { LabelSelector = $"{Names.NodeLabel}={Names.LabelValue(settings.NodeName)}" };
        var attachments = Informer(client, Kinds.EniAttachment, ofNode, runtime, loggers, time);
        var nodes = Informer(client, Kinds.Node, new InformerScope { FieldSelector = $"metadata.name={settings.NodeName}" }, runtime, loggers, time);
        var pods = new NodePods(client, settings.NodeName);

        // Health and metrics.
        using var counters = new EniCounters(host, CounterAllowlist.Ena, settings.NodeName, time, logger);
        counters.Show(meter);
        using var exporter = new PrometheusExporter(meter, time, loggers.CreateLogger<PrometheusExporter>());
        exporter.ReadBeforeScrape(counters.RefreshAsync);
        var checks = new HealthChecks();
        checks.Add("attachments", attachments);
        checks.Add("node", nodes);
        checks.AddReadiness("devices", () => boot.HasRead ? HealthResult.Healthy : HealthResult.Unhealthy("the host's devices were not read yet"));
        checks.Add("work", queue);
        await using var diagnostics = new DiagnosticsServer(settings.MetricsAddress, checks, exporter, loggers);
        await diagnostics.StartAsync(stop);

        await using var background = new BackgroundTasks(stop);
        background.Add(attachments.RunAsync);
        background.Add(nodes.RunAsync);
        await background.RunAsync(async token =>
        {
            // What an earlier boot advertised must not be handed out, whether or not the API server
            // can be reached.
            var seen = await boot.FirstAsync(token);
            Log.Started(logger, settings.NodeName, settings.Host, seen?.BootId ?? "unknown");
            var known = await attachments.SyncedAsync(token);
            var knownNodes = await nodes.SyncedAsync(token);
            var view = new NodeView(known, knownNodes, settings.NodeName);
            Volatile.Write(ref read, view);

            // Changes of a device. They have a limit of their own and must know when a call has
            // really returned.
            using var gate = new DeviceChangeGate(settings.JournalPath + ".lock");
            var locked = new LockedFiles(kernel.Files, time, settings.WriteLimit, settings.BeforeEachWrite, Returned);
            var native = new NativeDriverMethod(host.Files, locked, time);
            var method = Method(settings, native, locked, time);
            var verification = new DeviceVerification(host, time);
            var restoration = new DeviceRestoration(host, locked, method, native, verification, journal);
            var preparation = new BindPreparation(host.Files, locked, settings.NoIommu, () => SetupProblem(settings, boot));
            var bind = new BindSequence(host, locked, method, preparation, verification, restoration, journal);
            var giveBack = new GiveBackSequence(locked, restoration);
            var linkRecord = new LinkRecord(LinkRecord.PathBeside(settings.JournalPath), settings.BeforeEachWrite);
            var refusals = new NameRefusals(settings.CheckInterval, time);
            var changer = new LinkChanger(host, linkRecord, refusals);
            var actions = new DeviceActions(host, settings, journal, bind, giveBack, changer, gate, claims.Holds, publisher, metrics, time, logger);

            // Reconciling.
            var addresses = Addresses(view);
            var links = new LinkObserver(
                host,
                linkRecord,
                refusals,
                eniId => addresses is null ? FrozenSet<string>.Empty : addresses.SharedOf(eniId)
            );
            var observer = new DeviceObserver(
                host,
                view,
                journal,
                publisher,
                claims.Holds,
                resource => claims.WhyNotYet(resource, view.Allocatable),
                locked,
                links,
                Policy(settings),
                settings,
                time
            );
            var finished = new FinishedPods(pods, settings.ListPods, time);
            var plugins = new DevicePluginUse(publishing.PodResources, finished);
            var usage = new UsageProbe(host.Files, plugins, publishing.Handouts, pods, finished, ClaimOf, PodsOn);
            var statusWriter = new AttachmentStatusWriter(
                new ObjectWriter<EniAttachment>(client, Kinds.EniAttachment, Names.Manager, known),
                metrics
            );
            var backoff = new RetryBackoff(time);
            var repairs = new LinkRepairLimiter(time);
            var runner = new DeviceStepRunner(boot, observer, actions, usage, owners, statusWriter, backoff, repairs);
            var reconciler = new AttachmentReconciler(
                view,
                boot,
                claims.Holds,
                observer,
                runner,
                statusWriter,
                attachment => addresses?.ReportOf(attachment),
                backoff,
                repairs,
                settings,
                time,
                logger
            );
            var orphans = new OrphanSearch(view, journal, publisher, owners, logger);
            var binding = new ClaimBinding(bind, giveBack, gate, journal, ClearAsync, name => repairs.Forget(AgentWork.Attachment(name)), time);
            var worker = new AgentWorker(reconciler, orphans, boot, view, publisher, enqueuer, host.Links, queue, logger);

            // What wakes it.
            using var onAttachment = attachments.Subscribe(enqueuer.AttachmentChanged);
            if (addresses is not null)
            {
                checks.AddReadiness("pod-addresses", () => addresses.Problem is { } problem ? HealthResult.Unhealthy(problem) : HealthResult.Healthy);
                background.Add(addresses.RunAsync);
            }

            using var onNews = attachments.Subscribe(_ => addresses?.Wake());
            using var onNode = nodes.Subscribe(_ => enqueuer.Everything(WorkPriority.Normal));
            if (settings.UseAnnouncements)
            {
                background.Add(new HostListener(host.Events, publisher, boot, view, enqueuer, time, logger).RunAsync);
            }

            background.Add(new RepairLoop(publisher, boot, enqueuer, settings.CheckInterval, time, logger).RunAsync);
            background.Add(
                new DevicePluginRestarter(publishing.File, publishing.RestartNeeded, pods, settings, wakeAll, metrics, time, logger).RunAsync
            );
            claims.Begin(background, binding, plugins.WhyNotForClaimAsync, () => knownNodes.Get(ObjectKey.Cluster(settings.NodeName)));
            networks.Begin(address => BehindOf(address) is { } attachment ? EniNetwork.Of(attachment) : null);
            publishing.Begin(background);
            counters.Begin(
                () => view.Attachments,
                () => boot.Last,
                async cancel =>
                    [.. (await publishing.PodResources.ListAsync(cancel)).Select(held => (held.DeviceId, $"{held.Namespace}/{held.Pod}"))],
                attachment => addresses?.PodsOf(attachment) ?? []
            );
            enqueuer.Begin(view);
            var options = new ReconcileLoopOptions { Workers = Workers, GracePeriod = settings.GracePeriod };
            await new ReconcileLoop<AgentWork>("devices", queue, worker.ReconcileAsync, options, time, logger).RunAsync(token);
            Log.Stopping(logger);

            IReadOnlyList<string>? PodsOn(PciAddress address) =>
                addresses is not null && BehindOf(address) is { } attachment ? addresses.PodsOf(attachment.Metadata.Name) : [];

            DeviceUsage Addressed(PreparedClaimDevice device) =>
                UsageProbe.Addressed(device.Address, addresses is null ? [] : addresses.PodsOf(device.Eni.Attachment)) ?? new DeviceUsage.Free();

            async Task<BindClearance> ClearAsync(PreparedClaimDevice device, CancellationToken cancel)
            {
                var now = await boot.ObserveAsync(cancel);
                var (observation, claim) = view.Attachment(device.Eni.Attachment) is { } attachment
                    ? await observer.ReadAsync(attachment, now, Addressed(device), cancel)
                    : (null, new DeviceClaim { Attachment = device.Eni.Attachment, EniId = device.Eni.EniId });
                return ClaimClearance.Decide(device, observation, claim, now.BootId, settings);
            }
        });

        NodeAddresses? Addresses(NodeView view) =>
            settings.IpamSocket.Length == 0
                ? null
                : new NodeAddresses(
                    AddressPaths.Beside(settings.IpamSocket),
                    () => view.Attachments,
                    () => boot.Last?.BootId,
                    name => queue.Add(AgentWork.Attachment(name), WorkPriority.Urgent),
                    settings.ListPods ? pods : null,
                    settings.CheckInterval,
                    meter,
                    settings.BeforeEachWrite,
                    time,
                    logger
                );

        // By whom it was advertised, and after a restart by what was reported.
        EniAttachment? BehindOf(PciAddress address) =>
            Volatile.Read(ref read) is not { } view ? null
            : owners.Of(address) is { } owner ? view.Attachment(owner)
            : view.Attachments.FirstOrDefault(attachment => attachment.Status?.Device?.PciAddress == address.ToString());

        EniFacts? FactsOf(PciAddress address) => BehindOf(address) is { } attachment ? EniFacts.Of(attachment) : null;

        (string Claim, string Resource)? ClaimOf(PciAddress address) =>
            boot.Last is { } last && claims.Holds.Of(address, last.BootId) is var (claim, held) ? (claim.ToString(), held.Resource) : null;

        void Returned(PciAddress address)
        {
            Log.StuckCallReturned(logger, address.ToString());
            wakeAll();
        }
    }

    private static IDriverMethod Method(ManagerSettings settings, NativeDriverMethod native, LockedFiles locked, TimeProvider time) =>
        settings.BindingScript == ManagerSettings.NativeBinding
            ? native
            : new ScriptDriverMethod(settings.BindingScript, settings.BindingScriptLimit, locked, time);

    // What an earlier boot said does not count.
    private static string SetupProblem(ManagerSettings settings, BootGuard boot) =>
        SetupRecord.Read(SetupRecord.PathBeside(settings.JournalPath)) is var setup && setup.BootId == boot.Last?.BootId ? setup.Problem : "";

    private static SafetyPolicy Policy(ManagerSettings settings) =>
        new()
        {
            AllowedDevices = settings.AllowedDevices,
            PrimaryInterface = settings.PrimaryInterface,
            InterfacePattern = settings.InterfacePattern,
            IgnoredInterfaces = settings.IgnoredInterfaces,
            AcceptKnownBadEna = settings.AcceptKnownBadEna,
        };

    private static Informer<T> Informer<T>(
        KubernetesClient client,
        ResourceKind<T> kind,
        InformerScope scope,
        OperatorMetrics metrics,
        ILoggerFactory loggers,
        TimeProvider time
    )
        where T : class, IKubernetesObject => new(client, kind, scope, null, metrics, time, loggers.CreateLogger("informer"));
}
