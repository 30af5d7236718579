using System.Diagnostics;
using Microsoft.Extensions.Logging;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Kubelet;
using MultiEni.Manager.Kubelet.DevicePlugins;
using MultiEni.Manager.Kubelet.PodResources;
using MultiEni.Manager.Kubelet.Wire;
using MultiEni.Manager.Publishing.Embedded;
using MultiEni.Manager.Settings;
using MultiEni.Manager.Telemetry;
using MultiEni.Operator.Hosting;

namespace MultiEni.Manager.Publishing;

/// <summary>The node's publisher as it was chosen, and what it needs.</summary>
internal sealed class NodePublishing : IAsyncDisposable
{
    private static readonly TimeSpan PodResourcesLimit = TimeSpan.FromSeconds(10);
    private readonly PluginRegistry? _registry;
    private readonly EmbeddedDevicePublisher? _plugin;

    /// <summary>Puts the parts together; nothing is read or written yet.</summary>
    /// <param name="settings">How devices are advertised.</param>
    /// <param name="host">The host.</param>
    /// <param name="settled">
    /// Called when the kubelet's view of our devices changed, or the device plugin's file could be
    /// written at last.
    /// </param>
    /// <param name="metrics">Counts what is done.</param>
    /// <param name="loggers">Makes logs.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    /// <param name="claims">Advertises devices to claims; null when another way was chosen.</param>
    /// <param name="networks">What is known of the ENIs behind the devices.</param>
    public NodePublishing(
        ManagerSettings settings,
        NodeHost host,
        Action settled,
        ManagerMetrics metrics,
        ILoggerFactory loggers,
        TimeProvider time,
        ILogger logger,
        IDevicePublisher? claims,
        EniNetworks networks
    )
    {
        var kubelet = new KubeletPaths(settings.KubeletRoot, settings.DevicePluginsPath);
        Handouts = new RecentAllocations(time);
        PodResources = new PodResourcesClient(new GrpcClient(kubelet.PodResourcesSocket, PodResourcesLimit, time));
        File = new FileDevicePublisher(settings.DevicePluginFile, settings.BeforeEachWrite, RestartNeeded.Set, settled, metrics, time, logger);
        switch (settings.DevicePublisher)
        {
            case PublisherChoice.Embedded:
                _registry = new PluginRegistry(kubelet, settled, loggers, time, logger);
                var files = new NetworkFiles(settings.NetworkFilesPath, networks, logger);
                var info = new DeviceInfoFiles(settings.DeviceInfoPath, logger);
                _plugin = new EmbeddedDevicePublisher(_registry, new DeviceChecker(host), info, files, Handouts, time, logger);
                Publisher = new PublisherMigration(_plugin, File);
                break;
            case PublisherChoice.Dra:
                Publisher = new PublisherMigration(claims ?? throw new ArgumentNullException(nameof(claims)), File);
                break;
            case PublisherChoice.None:
                Publisher = new PublisherMigration(new NoPublisher(), File);
                break;
            case PublisherChoice.SriovConfig:
                Publisher = File;
                break;
            default:
                throw new UnreachableException($"{settings.DevicePublisher}");
        }
    }

    /// <summary>Offers devices.</summary>
    public IDevicePublisher Publisher { get; }

    /// <summary>
    /// The SR-IOV device plugin's file: the publisher itself, or what is left of its time.
    /// </summary>
    public FileDevicePublisher File { get; }

    /// <summary>Which pods have which devices.</summary>
    public PodResourcesClient PodResources { get; }

    /// <summary>Devices that a container is getting just now.</summary>
    public RecentAllocations Handouts { get; }

    /// <summary>Set when the SR-IOV device plugin has a change of its file to read.</summary>
    public WakeSignal RestartNeeded { get; } = new();

    /// <summary>
    /// Starts what keeps the kubelet informed and the device plugin's file written.
    /// </summary>
    public void Begin(BackgroundTasks background)
    {
        background.Add(File.RunAsync);
        if (_registry is not null)
        {
            background.Add(_registry.RunAsync);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_registry is not null)
        {
            await _registry.DisposeAsync();
        }

        _plugin?.Dispose();
        File.Dispose();
        RestartNeeded.Dispose();
    }
}
