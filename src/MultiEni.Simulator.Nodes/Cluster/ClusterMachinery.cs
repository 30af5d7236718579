using System.Collections.Concurrent;
using MultiEni.Simulator.Nodes.DevicePlugins;
using MultiEni.Simulator.Nodes.Kubelets;
using MultiEni.Simulator.Nodes.Scheduling;

namespace MultiEni.Simulator.Nodes.Cluster;

/// <summary>
/// Scheduler, kubelets, device plugins and node controllers of a cluster, as clients of its API
/// server, whichever that is. Nodes are only those that are added here; others are left alone.
/// </summary>
public sealed class ClusterMachinery : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Kubelet> _kubelets = new(StringComparer.Ordinal);
    private readonly ClusterMachineryOptions _options;
    private readonly ClusterPart _scheduling;
    private readonly ClusterPart _daemons;
    private readonly ClusterPart _controllers;
    private readonly ClusterPart _claiming;
    private readonly Scheduler _scheduler;
    private readonly DevicePluginDaemon _plugins;
    private readonly NodeLifecycle _lifecycle;

    private ClusterMachinery(ClusterMachineryOptions options)
    {
        _options = options;
        _scheduling = new ClusterPart(options.Api, "kube-scheduler", options.As(Identities.Scheduler), options.TimeProvider);
        _daemons = new ClusterPart(options.Api, "daemon-set-controller", options.As(Identities.DaemonSetController), options.TimeProvider);
        _controllers = new ClusterPart(options.Api, "node-controller", options.As(Identities.NodeController), options.TimeProvider);
        _claiming = new ClusterPart(options.Api, "resource-claim-controller", options.As(Identities.ResourceClaimController), options.TimeProvider);
        _scheduler = new Scheduler(_scheduling, options.SchedulerName, options.TimeProvider);
        _plugins = new DevicePluginDaemon(_daemons, options);
        _lifecycle = new NodeLifecycle(_controllers);
    }

    /// <summary>The first bug that stopped a part, or null.</summary>
    public Exception? Failure =>
        _scheduling.Failure
        ?? _daemons.Failure
        ?? _controllers.Failure
        ?? _claiming.Failure
        ?? _kubelets.Values.Select(kubelet => kubelet.Failure).FirstOrDefault(bug => bug is not null);

    /// <summary>
    /// Starts the parts that a cluster has once; they see what is there when the task completes.
    /// </summary>
    public static async Task<ClusterMachinery> StartAsync(ClusterMachineryOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var machinery = new ClusterMachinery(options);
        try
        {
            await machinery._scheduler.StartAsync(cancellationToken);
            if (options.Guest is null)
            {
                // A cluster that others run has one.
                await new ClaimController(machinery._claiming).StartAsync(cancellationToken);
            }

            if (options.DevicePlugin is not null)
            {
                await machinery._plugins.StartAsync(cancellationToken);
            }

            return machinery;
        }
        catch
        {
            await machinery.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// A machine joins: its kubelet registers it and runs its pods. Pods may be placed on it when
    /// the task completes.
    /// </summary>
    /// <param name="host">Its kernel.</param>
    /// <param name="registration">What its Node says.</param>
    /// <param name="pluginFile">Path on disk of the device plugin's file.</param>
    /// <param name="deviceManager">The kubelet's sockets.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task AddNodeAsync(
        SimulatedHost host,
        NodeRegistration registration,
        string pluginFile,
        KubeletDeviceManager deviceManager,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(host);
        var kubelet = new Kubelet(host, pluginFile, deviceManager, _options);
        _kubelets[host.Name] = kubelet;
        await kubelet.StartAsync(registration, cancellationToken);
        await _lifecycle.AdmitAsync(host.Name).WaitAsync(cancellationToken);
        if (_options.DevicePlugin is not null)
        {
            _plugins.AddNode(host.Name);
        }
    }

    /// <summary>
    /// Clears away what is left of a machine that is gone: kubelet, Node and pods.
    /// </summary>
    public async Task RemoveNodeAsync(string name, string instanceId)
    {
        if (
            await _lifecycle.DeleteAsync(name, instanceId)
            && _kubelets.TryGetValue(name, out var kubelet)
            && kubelet.InstanceId == instanceId
            && _kubelets.TryRemove(name, out _)
        )
        {
            await _plugins.RemoveNodeAsync(name);
            await kubelet.DisposeAsync();
            await _lifecycle.CollectPodsAsync(name);
        }
    }

    /// <summary>As <see cref="RemoveNodeAsync"/>, after a while.</summary>
    public void RemoveNodeLater(TimeSpan delay, string name, string instanceId) =>
        _controllers.PostLater(delay, () => RemoveNodeAsync(name, instanceId));

    /// <summary>What the device plugin of a node logged at its last start.</summary>
    public async Task<IReadOnlyList<string>> PluginLogAsync(string node, CancellationToken cancellationToken) =>
        _kubelets.TryGetValue(node, out var kubelet) ? await kubelet.PluginLogAsync(cancellationToken) : [];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Those that wait for others first.
        await _controllers.DisposeAsync();
        await _claiming.DisposeAsync();
        await _scheduling.DisposeAsync();
        await _daemons.DisposeAsync();
        await Task.WhenAll(_kubelets.Values.Select(kubelet => kubelet.DisposeAsync().AsTask()));
    }
}
