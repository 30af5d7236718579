using Microsoft.Extensions.Logging;
using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Manager.Agent;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Claims;
using MultiEni.Manager.Claims.Preparation;
using MultiEni.Manager.Claims.Slices;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Pods;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Safety;
using MultiEni.Manager.Settings;
using MultiEni.Manager.Setup;
using MultiEni.Manager.Steps;
using MultiEni.Manager.Telemetry;
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

    private static readonly ResourceKind<Node> Nodes = new(
        "",
        "v1",
        "nodes",
        "Node",
        false,
        ApiJson.Default.Node,
        ApiJson.Default.KubernetesListNode
    );

    /// <summary>Runs the agent until it is asked to stop; then lets changes under way finish within the grace period.</summary>
    /// <param name="settings">How it behaves.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="time">Its clock.</param>
    /// <param name="stop">Asks it to stop.</param>
    public static async Task RunAsync(ManagerSettings settings, ILoggerFactory loggers, TimeProvider time, CancellationToken stop)
    {
        var logger = loggers.CreateLogger("eni-manager");
        var kernel = HostChoice.Open(settings.Host, settings.HostTransport);
        // Whether a kernel hangs is told by the machine's clock, however fast that of a simulation runs.
        var host = new TimeLimits(settings.ReadLimit, TimeProvider.System).Apply(kernel);
        var journal = new BindingJournal(settings.JournalPath, settings.BeforeEachWrite);
        using var metrics = new ManagerMetrics(settings.NodeName, journal.BoundByDriver);
        using var http = KubernetesConnection.Open(settings.Kubernetes, Names.Manager, time);
        var client = new KubernetesClient(http, time);
        await using var claims = new NodeClaims(settings, client, host, loggers, time, logger);
        await using var publishing = new NodePublishing(settings, host, metrics, loggers, time, logger, claims.Publisher);
        var publisher = publishing.Publisher;
        metrics.Offered = () => publisher.Offered.Select(offer => offer.Resource.ToString());
        using var boot = new BootGuard(new HostReader(host), journal, publisher, time, logger);

        var attachments = Informer(
            client,
            AttachmentStatusWriter.Kind,
            new InformerScope { LabelSelector = $"{Names.NodeLabel}={Names.LabelValue(settings.NodeName)}" },
            loggers,
            time
        );
        var nodes = Informer(client, Nodes, new InformerScope { FieldSelector = $"metadata.name={settings.NodeName}" }, loggers, time);
        using var exporter = new PrometheusExporter("MultiEni.", time);
        var checks = new HealthChecks();
        checks.Add("attachments", attachments);
        checks.Add("node", nodes);
        checks.AddReadiness("devices", () => boot.HasRead ? HealthResult.Healthy : HealthResult.Unhealthy("the host's devices were not read yet"));
        await using var diagnostics = new DiagnosticsServer(settings.MetricsAddress, checks, exporter, loggers);
        await diagnostics.StartAsync(stop);

        using var queue = new WorkQueue<AgentWork>("devices", time);
        checks.Add("work", queue);
        var wake = new WorkEnqueuer(queue);
        var pods = new NodePods(client, settings.NodeName);
        using var restarter = new DevicePluginRestarter(
            publishing.File,
            pods,
            settings,
            () => wake.Everything(WorkPriority.Urgent),
            metrics,
            time,
            logger
        );
        await using var background = new BackgroundTasks(stop);
        background.Add(attachments.RunAsync);
        background.Add(nodes.RunAsync);
        await background.RunAsync(async token =>
        {
            // What an earlier boot offered must not be handed out, whether or not the API server can be reached (rule 17).
            publishing.File.RestartNeeded = restarter.Wake;
            publishing.Settled = () => wake.Everything(WorkPriority.Urgent);
            var seen = await boot.FirstAsync(token);
            Log.Started(logger, settings.NodeName, settings.Host, seen?.BootId ?? "unknown");

            var cachedNodes = await nodes.SyncedAsync(token);
            var view = new NodeView(await attachments.SyncedAsync(token), cachedNodes, settings.NodeName);
            using var gate = new DeviceChangeGate(settings.JournalPath + ".lock");
            var parts = new Parts(settings, kernel.Files, host, journal, publishing, claims, boot, view, pods, client, gate, metrics, time, logger);
            var (worker, binding, owners) = Worker(parts, wake, queue);
            claims.Begin(
                background,
                binding,
                address => FactsOf(address, view, owners),
                () => cachedNodes.Get(ObjectKey.Cluster(settings.NodeName)),
                () => wake.Everything(WorkPriority.Urgent)
            );
            using var onAttachment = attachments.Subscribe(wake.AttachmentChanged);
            using var onNode = nodes.Subscribe(_ => wake.Everything(WorkPriority.Normal));
            if (settings.UseAnnouncements)
            {
                background.Add(new HostListener(host.Events, publisher, boot, view, wake, time, logger).RunAsync);
            }

            background.Add(new RepairLoop(publisher, boot, wake, settings.CheckInterval, time, logger).RunAsync);
            background.Add(restarter.RunAsync);
            publishing.Begin(background);
            wake.Begin(view);
            var options = new ReconcileLoopOptions { Workers = Workers, GracePeriod = settings.GracePeriod };
            await new ReconcileLoop<AgentWork>("devices", queue, worker.ReconcileAsync, options, time, logger).RunAsync(token);
            Log.Stopping(logger);
        });
    }

    // By whom it was offered, and after a restart by what was reported.
    private static EniFacts? FactsOf(PciAddress address, NodeView view, OfferOwners owners) =>
        (
            owners.Of(address) is { } owner
                ? view.Attachment(owner)
                : view.Attachments.FirstOrDefault(attachment => attachment.Status?.Device?.PciAddress == address.ToString())
        )
            is { } attachment
            ? EniFacts.Of(attachment)
            : null;

    private static (AgentWorker Worker, ClaimBinding Binding, OfferOwners Owners) Worker(Parts parts, WorkEnqueuer wake, WorkQueue<AgentWork> queue)
    {
        var settings = parts.Settings;
        // It has a limit of its own and must know when a call has really returned.
        var locked = new LockedFiles(
            parts.KernelFiles,
            parts.Time,
            settings.WriteLimit,
            settings.BeforeEachWrite,
            address =>
            {
                Log.StuckCallReturned(parts.Logger, address.ToString());
                wake.Everything(WorkPriority.Urgent);
            }
        );
        var native = new NativeDriverMethod(parts.Host.Files, locked, parts.Time);
        IDriverMethod method =
            settings.BindingScript == ManagerSettings.NativeBinding
                ? native
                : new ScriptDriverMethod(settings.BindingScript, settings.BindingScriptLimit, locked, parts.Time);
        var verification = new DeviceVerification(parts.Host, parts.Time);
        var restoration = new DeviceRestoration(parts.Host, locked, method, native, verification, parts.Journal);
        var preparation = new BindPreparation(
            parts.Host.Files,
            locked,
            settings.NoIommu,
            () =>
                SetupRecord.Read(SetupRecord.PathBeside(settings.JournalPath)) is var setup && setup.BootId == parts.Boot.Last?.BootId
                    ? setup.Problem
                    : ""
        );
        var bind = new BindSequence(parts.Host, locked, method, preparation, verification, restoration, parts.Journal);
        var giveBack = new GiveBackSequence(locked, restoration);
        var holds = parts.Claims.Holds;
        var observer = new DeviceObserver(
            parts.Host,
            parts.View,
            parts.Journal,
            parts.Publishing.Publisher,
            holds,
            locked,
            Policy(settings),
            settings,
            parts.Time
        );
        var actions = new DeviceActions(
            parts.Host,
            settings,
            parts.Journal,
            bind,
            giveBack,
            parts.Gate,
            holds,
            parts.Publishing.Publisher,
            parts.Metrics,
            parts.Time,
            parts.Logger
        );
        var owners = new OfferOwners();
        var reconciler = new AttachmentReconciler(
            parts.View,
            parts.Boot,
            observer,
            actions,
            new UsageProbe(
                parts.Host.Files,
                parts.Publishing.PodResources,
                parts.Publishing.Handouts,
                parts.Pods,
                new FinishedPods(parts.Pods, settings.ListPods, parts.Time),
                address =>
                    parts.Boot.Last is { } last && holds.Of(address, last.BootId) is var (claim, held) ? (claim.ToString(), held.Resource) : null
            ),
            owners,
            holds,
            new AttachmentStatusWriter(parts.View, parts.Client, parts.Metrics),
            new RetryBackoff(parts.Time),
            new LinkRepairLimiter(parts.Time),
            settings,
            parts.Time,
            parts.Logger
        );
        var worker = new AgentWorker(
            reconciler,
            new OrphanSearch(parts.View, parts.Journal, parts.Publishing.Publisher, owners, parts.Logger),
            parts.Boot,
            parts.View,
            parts.Publishing.Publisher,
            wake,
            queue
        );
        var binding = new ClaimBinding(
            bind,
            giveBack,
            parts.Gate,
            parts.Journal,
            async (device, token) =>
            {
                var seen = await parts.Boot.ObserveAsync(token);
                var (situation, claim) = parts.View.Attachment(device.Eni.Attachment) is { } attachment
                    ? await observer.ReadAsync(attachment, seen, new DeviceUsage.NotChecked(), token)
                    : (null, new DeviceClaim { Attachment = device.Eni.Attachment, EniId = device.Eni.EniId });
                return ClaimClearance.Decide(device, situation, claim, seen.BootId, settings);
            },
            parts.Time
        );
        return (worker, binding, owners);
    }

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
        ILoggerFactory loggers,
        TimeProvider time
    )
        where T : class, IKubernetesObject => new(client, kind, scope, null, time, loggers.CreateLogger("informer"));

    private sealed record Parts(
        ManagerSettings Settings,
        IHostFiles KernelFiles,
        NodeHost Host,
        BindingJournal Journal,
        NodePublishing Publishing,
        NodeClaims Claims,
        BootGuard Boot,
        NodeView View,
        NodePods Pods,
        KubernetesClient Client,
        DeviceChangeGate Gate,
        ManagerMetrics Metrics,
        TimeProvider Time,
        ILogger Logger
    );
}
