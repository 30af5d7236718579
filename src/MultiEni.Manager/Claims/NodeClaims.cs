using System.Diagnostics.Metrics;
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
using MultiEni.Manager.Telemetry;
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
    private readonly PreparedClaims _claims;
    private readonly ClaimTurns _turns;
    private readonly DraPaths _paths;
    private readonly Action _settled;
    private readonly Parts? _parts;
    private readonly FormerSlice? _former;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Puts the parts together; nothing is read or written yet.</summary>
    /// <param name="settings">How devices are advertised.</param>
    /// <param name="client">The API server.</param>
    /// <param name="host">The node's kernel.</param>
    /// <param name="facts">
    /// What Kubernetes says of the ENI at an address; null when it says nothing.
    /// </param>
    /// <param name="settled">Called when something changed on which an attachment may wait.</param>
    /// <param name="meter">The meter of the process.</param>
    /// <param name="metrics">Counts what the runtime does.</param>
    /// <param name="loggers">Makes logs.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public NodeClaims(
        ManagerSettings settings,
        KubernetesClient client,
        NodeHost host,
        Func<PciAddress, EniFacts?> facts,
        Action settled,
        Meter meter,
        OperatorMetrics metrics,
        ILoggerFactory loggers,
        TimeProvider time,
        ILogger logger
    )
    {
        (_settings, _client, _host, _settled, _loggers, _time, _logger) = (settings, client, host, settled, loggers, time, logger);
        _claims = new PreparedClaims(Beside("prepared-claims.json"), settings.BeforeEachWrite);
        _turns = new ClaimTurns(DraDriver.CallLimit, time);
        Holds = new ClaimHolds(_claims, _turns);
        _paths = new DraPaths(settings.KubeletRoot, ClaimNames.Driver, settings.PodUid);
        // Also where nothing is offered to claims: alerts name them.
        var claimMetrics = new ClaimMetrics(meter, settings.NodeName, _claims.CountPrepared);
        if (settings.DevicePublisher != PublisherChoice.Dra)
        {
            _former = new FormerSlice(OffersPath, client, settings.NodeName, settled, time, logger);
            return;
        }

        var files = new ClaimFiles(settings.CdiRoot, Path.Combine(_paths.PluginFolder, "dra-device-metadata"), settings.BeforeEachWrite);
        var health = new DeviceHealthFeed(time);
        var slice = new SlicePublisher(client, settings.NodeName, settled, metrics, time, logger);
        var registration = new DriverRegistration(_paths, settled, logger);
        _parts = new Parts(
            files,
            health,
            slice,
            registration,
            new DraPublisher(
                OffersPath,
                settings.NodeName,
                _claims,
                Holds,
                new AllocatedClaims(new ClaimClient(client), settings.NodeName),
                files,
                host,
                health,
                slice,
                registration,
                facts,
                settled,
                time,
                logger
            ),
            claimMetrics
        );
    }

    /// <summary>Which devices claims have.</summary>
    public ClaimHolds Holds { get; }

    /// <summary>Offers devices to claims; null when another way was chosen.</summary>
    public IDevicePublisher? Publisher => _parts?.Publisher;

    /// <summary>Keeps the slice of the node; null when another way was chosen.</summary>
    public SlicePublisher? Slice => _parts?.Slice;

    /// <summary>
    /// Why a resource is not offered on the node yet: the scheduler of claims does not see what pods
    /// get from a device plugin, nor the other way round. Null when nothing stands against it.
    /// </summary>
    /// <param name="resource">The resource.</param>
    /// <param name="allocatable">What the node counts; null while that is not known.</param>
    public Blocker? WhyNotYet(ResourceName resource, IReadOnlyDictionary<string, string>? allocatable) =>
        _parts is null ? _former?.Problem
        : allocatable is null
            ? new Blocker(Reasons.Publishing, $"Whether the kubelet still counts {resource} is not known: the node cannot be read yet.")
        : allocatable.TryGetValue(resource.ToString(), out var count) && count != "0"
            ? new Blocker(
                Reasons.Publishing,
                $"{resource} is still in the node's allocatable ({count}), from a device plugin: it is offered to claims when that counts none any more. If another program "
                    + "serves the resource, choose another dpdkResourceName."
            )
        : null;

    private string OffersPath => Beside("claimable-devices.json");

    /// <summary>
    /// Starts to keep the slice and to serve the kubelet, where devices are offered to claims;
    /// elsewhere the slice of an earlier time is deleted.
    /// </summary>
    /// <param name="background">What it runs with.</param>
    /// <param name="binding">Changes drivers.</param>
    /// <param name="pluginUse">
    /// Why a claim must not have a device because of pods with a device plugin; null when it may.
    /// </param>
    /// <param name="node">The node's object; null while it is not known.</param>
    public void Begin(
        BackgroundTasks background,
        ClaimBinding binding,
        Func<PciAddress, CancellationToken, Task<string?>> pluginUse,
        Func<Node?> node
    )
    {
        if (_parts is not { } parts)
        {
            background.AddFinite(_former!.RemoveAsync);
            return;
        }

        var driver = new DraDriver(
            _paths,
            new ClaimPreparation(_claims, binding, parts.Files, _host),
            _claims,
            _turns,
            new ClaimClient(_client),
            parts.Publisher,
            parts.Registration,
            pluginUse,
            parts.Health,
            _host,
            _settings,
            parts.Metrics,
            _settled,
            _loggers,
            _time,
            _logger
        );
        background.Add(token => parts.Slice.RunAsync(Wish, token));
        background.Add(driver.RunAsync);

        SliceWish? Wish() => parts.Publisher.Entries() is { } entries && OwnerOf(node()) is { } owner ? new SliceWish(entries, owner) : null;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _turns.DisposeAsync();
        _parts?.Publisher.Dispose();
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

    private string Beside(string file) => Path.Combine(Path.GetDirectoryName(_settings.JournalPath)!, file);

    // What is there only where devices are offered to claims.
    private sealed record Parts(
        ClaimFiles Files,
        DeviceHealthFeed Health,
        SlicePublisher Slice,
        DriverRegistration Registration,
        DraPublisher Publisher,
        ClaimMetrics Metrics
    );
}
