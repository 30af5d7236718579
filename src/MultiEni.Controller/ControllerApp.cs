using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Definitions;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.PodAddresses;
using MultiEni.Controller.Telemetry;
using MultiEni.Operator;
using MultiEni.Operator.Client;
using MultiEni.Operator.Diagnostics;
using MultiEni.Operator.Events;
using MultiEni.Operator.Hosting;
using MultiEni.Operator.Informers;
using MultiEni.Operator.LeaderElection;

namespace MultiEni.Controller;

/// <summary>
/// The controller as a whole: caches, leader election, and what runs while leading.
/// </summary>
internal sealed class ControllerApp(
    ControllerSettings settings,
    KubernetesConfig kubernetesConfig,
    Ec2ClientOptions ec2Options,
    ILoggerFactory loggers,
    TimeProvider time
)
{
    private readonly ILogger _logger = loggers.CreateLogger<ControllerApp>();

    /// <summary>
    /// Runs until <paramref name="stop" /> is cancelled; then finishes what is under way and gives
    /// the lease back.
    /// </summary>
    /// <exception cref="LeadershipLostException">
    /// Another controller leads; this process must end.
    /// </exception>
    public async Task RunAsync(CancellationToken stop)
    {
        using var http = KubernetesConnection.Open(kubernetesConfig, Names.Controller, time);
        var writeFailures = new WriteFailures(time);
        var kubernetes = new KubernetesClient(http, time, afterWrite: writeFailures.Observe);
        using var meter = new Meter(Names.Controller);
        var runtime = new OperatorMetrics(meter);
        var nodeEnis = Informer(kubernetes, Kinds.NodeEni, runtime, null);
        var nodes = Informer(kubernetes, Kinds.Node, runtime, Trimming.Node);
        var attachments = Informer(kubernetes, Kinds.EniAttachment, runtime, null);
        attachments.AddIndex(ClusterView.ByNodeEniIndex, attachment => [attachment.Spec!.NodeEniRef.Name]);
        attachments.AddIndex(ClusterView.ByInstanceIndex, attachment => [attachment.Spec!.InstanceId]);
        attachments.AddIndex(ClusterView.BySubnetIndex, attachment => [attachment.Spec!.SubnetId]);
        attachments.AddIndex(ClusterView.ByRetainedEniIndex, attachment => attachment.Spec!.RetainedEni is { } eni ? [eni] : []);
        attachments.AddIndex(ClusterView.ByAwaitedAddressIndex, AddressMoves.Awaited);
        var events = new EventRecorder(kubernetes, "nodeeni-controller", settings.Identity, runtime, time, loggers.CreateLogger<EventRecorder>());

        using var exporter = new PrometheusExporter(meter, time, loggers.CreateLogger<PrometheusExporter>());
        var definitions = new StartGate(DefinitionCheck.Subject, DefinitionCheck.Grant, time, _logger);
        var identity = new StartGate(ClusterIdentity.Subject, ClusterIdentity.Grant, time, _logger);
        var checks = new HealthChecks();
        checks.AddReadiness("definitions", () => definitions.Health);
        checks.AddReadiness("cluster-name", () => identity.Health);
        checks.Add("nodeenis", nodeEnis);
        checks.Add("nodes", nodes);
        checks.Add("eniattachments", attachments);
        checks.AddReadiness("writes", () => Accepted(writeFailures.Current));
        meter.CreateObservableGauge(
            "kubernetes_refused_writes",
            () =>
                writeFailures
                    .Current.CountBy(failure => failure.Resource)
                    .Select(count => new Measurement<int>(count.Value, new KeyValuePair<string, object?>("resource", count.Key))),
            description: "Objects whose writes the API server currently rejects, by resource."
        );
        await using var diagnostics = new DiagnosticsServer(settings.MetricsAddress, checks, exporter, loggers);
        if (await diagnostics.StartAsync(stop) is { } port)
        {
            ControllerLog.Serving(_logger, port);
        }

        await using var background = new BackgroundTasks(stop);
        background.Add(nodeEnis.RunAsync);
        background.Add(nodes.RunAsync);
        background.Add(attachments.RunAsync);
        background.Add(events.RunAsync);
        await background.RunAsync(async token =>
        {
            await definitions.PassAsync(cancel => DefinitionCheck.FindGapAsync(kubernetes, cancel), token);
            var view = new ClusterView(await nodeEnis.SyncedAsync(token), await nodes.SyncedAsync(token), await attachments.SyncedAsync(token));
            ControllerLog.Synced(_logger, view.NodeEnis.Count, view.NodeCount, view.Attachments.Count);
            var cluster = settings.ClusterName;
            await identity.PassAsync(
                async cancel => (cluster = await ClusterIdentity.FindAsync(kubernetes, cluster, cancel)).Length > 0 ? null : ClusterIdentity.Nameless,
                token
            );
            var ec2 = ec2Options.Region.Length > 0 ? ec2Options : ec2Options with { Region = RegionFinder.Find(view.Nodes) };
            ControllerLog.Starting(_logger, cluster, kubernetesConfig.Source, ec2.Region, await CredentialSource.DescribeAsync(ec2, token));
            var informers = new ControllerInformers(nodeEnis, nodes, attachments);

            async Task Lead(Action ensureLeading, CancellationToken leading)
            {
                using var term = new LeadingController(
                    settings,
                    cluster,
                    view,
                    informers,
                    kubernetes,
                    writeFailures,
                    events,
                    ec2,
                    meter,
                    runtime,
                    checks,
                    ensureLeading,
                    loggers,
                    time
                );
                await term.RunAsync(leading);
            }

            if (settings.LeaderElection)
            {
                var elector = new LeaderElector(kubernetes, Election(), time, loggers.CreateLogger<LeaderElector>());
                await elector.RunAsync((leadership, leading) => Lead(leadership.ThrowIfLost, leading), token);
            }
            else
            {
                await Lead(() => { }, token);
            }
        });
        ControllerLog.Stopped(_logger);
    }

    private LeaderElectionOptions Election() =>
        new()
        {
            Namespace = settings.Namespace,
            Name = Api.Names.LeaderElectionLease,
            Identity = $"{settings.Identity}_{Guid.NewGuid():N}",
            LeaseDuration = settings.LeaseDuration,
            RenewDeadline = settings.RenewDeadline,
            RetryPeriod = settings.RetryPeriod,
        };

    private Informer<T> Informer<T>(KubernetesClient kubernetes, ResourceKind<T> kind, OperatorMetrics metrics, Func<T, T>? trim)
        where T : class, IKubernetesObject => new(kubernetes, kind, InformerScope.All, trim, metrics, time, loggers.CreateLogger<Informer<T>>());

    // What is refused elsewhere is in the status of NodeENIs; of these there is no status that
    // could tell.
    private static HealthResult Accepted(IReadOnlyList<WriteFailure> refused) =>
        refused.FirstOrDefault(failure => failure.Resource is "leases" or $"{Names.NodeEniPlural}/status") is { } failure
            ? HealthResult.Unhealthy(failure.Message)
            : HealthResult.Healthy;
}
