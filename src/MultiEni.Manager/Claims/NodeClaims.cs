using Microsoft.Extensions.Logging;
using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.ResourceClaims;
using MultiEni.Manager.Claims.Preparation;
using MultiEni.Manager.Claims.Slices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Kubelet.Dra;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Safety;
using MultiEni.Manager.Settings;
using MultiEni.Operator;
using MultiEni.Operator.Client;
using MultiEni.Operator.Hosting;

namespace MultiEni.Manager.Claims;

/// <summary>
/// Everything about claims on a node. Which devices claims have counts whoever offers devices now:
/// a claim that was prepared before the publisher was changed keeps its device.
/// </summary>
internal sealed class NodeClaims : IAsyncDisposable
{
    private readonly ManagerSettings _settings;
    private readonly KubernetesClient _client;
    private readonly NodeHost _host;
    private readonly OperatorMetrics _metrics;
    private readonly PreparedClaims _claims;
    private readonly ClaimTurns _turns;
    private readonly ClaimFiles _files;
    private readonly DraPaths _paths;
    private readonly DeviceHealthFeed _health;
    private readonly DraPublisher? _publisher;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Puts the parts together; nothing is read or written yet.</summary>
    public NodeClaims(
        ManagerSettings settings,
        KubernetesClient client,
        NodeHost host,
        OperatorMetrics metrics,
        ILoggerFactory loggers,
        TimeProvider time,
        ILogger logger
    )
    {
        (_settings, _client, _host, _metrics, _loggers, _time, _logger) = (settings, client, host, metrics, loggers, time, logger);
        _claims = new PreparedClaims(Beside(settings, "prepared-claims.json"), settings.BeforeEachWrite);
        _turns = new ClaimTurns(DraDriver.CallLimit, time);
        Holds = new ClaimHolds(_claims, _turns);
        _paths = new DraPaths(settings.KubeletRoot, ClaimNames.Driver, settings.PodUid);
        _files = new ClaimFiles(settings.CdiRoot, Path.Combine(_paths.PluginFolder, "dra-device-metadata"), settings.BeforeEachWrite);
        _health = new DeviceHealthFeed(time);
        if (settings.DevicePublisher == PublisherChoice.Dra)
        {
            _publisher = new DraPublisher(
                Beside(settings, "claimable-devices.json"),
                settings.NodeName,
                _claims,
                Holds,
                _files,
                host,
                _health,
                time,
                logger
            );
        }
    }

    /// <summary>Which devices claims have.</summary>
    public ClaimHolds Holds { get; }

    /// <summary>Offers devices to claims; null when another way was chosen.</summary>
    public IDevicePublisher? Publisher => _publisher;

    /// <summary>
    /// Starts to keep the slice and to serve the kubelet, where devices are offered to claims.
    /// </summary>
    /// <param name="background">What it runs with.</param>
    /// <param name="binding">Changes drivers.</param>
    /// <param name="facts">
    /// What Kubernetes says of the ENI at an address; null when it says nothing.
    /// </param>
    /// <param name="node">The node's object; null while it is not known.</param>
    /// <param name="settled">Called when something changed on which an attachment may wait.</param>
    public void Begin(BackgroundTasks background, ClaimBinding binding, Func<PciAddress, EniFacts?> facts, Func<Node?> node, Action settled)
    {
        if (_publisher is not { } publisher)
        {
            return;
        }

        var slice = new SlicePublisher(
            _client,
            _settings.NodeName,
            () => publisher.Entries() is { } entries && OwnerOf(node()) is { } owner ? new SliceWish(entries, owner) : null,
            _metrics,
            _time,
            _logger
        )
        {
            Settled = settled,
        };
        var driver = new DraDriver(
            _paths,
            new ClaimPreparation(_claims, binding, _files, _host),
            _claims,
            _turns,
            new ClaimClient(_client),
            publisher,
            _health,
            _host,
            _settings,
            _loggers,
            _time,
            _logger
        )
        {
            Settled = settled,
        };
        publisher.Facts = facts;
        publisher.Stored = slice.Find;
        publisher.Changed = slice.Wake;
        publisher.Settled = settled;
        publisher.Problem = () =>
            slice.Problem is { } unwritten
                ? new Blocker(Reasons.Publishing, $"The node's ResourceSlice is not as it should be: {unwritten}")
                : driver.Problem;
        slice.Wake();
        background.Add(slice.RunAsync);
        background.Add(driver.RunAsync);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _turns.DisposeAsync();
        _publisher?.Dispose();
    }

    private static OwnerReference? OwnerOf(Node? node) =>
        node?.Metadata is { Uid: { } uid } metadata
            ? new OwnerReference
            {
                ApiVersion = "v1",
                Kind = "Node",
                Name = metadata.Name,
                Uid = uid,
                Controller = true,
            }
            : null;

    private static string Beside(ManagerSettings settings, string file) => Path.Combine(Path.GetDirectoryName(settings.JournalPath)!, file);
}
