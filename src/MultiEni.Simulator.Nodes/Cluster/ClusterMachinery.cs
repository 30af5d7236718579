using System.Collections.Concurrent;
using MultiEni.Simulator.Nodes.DevicePlugins;
using MultiEni.Simulator.Nodes.Kubelets;
using MultiEni.Simulator.Nodes.Scheduling;

namespace MultiEni.Simulator.Nodes.Cluster;

/// <summary>
/// Scheduler, kubelets, device plugins and node controllers of a cluster, as clients of its API server, whichever that is. Nodes are only those that are
/// added here; others are left alone.
/// </summary>
public sealed class ClusterMachinery : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Kubelet> kubelets = new(StringComparer.Ordinal);
    private readonly ClusterMachineryOptions options;
    private readonly ClusterPart scheduling;
    private readonly ClusterPart daemons;
    private readonly ClusterPart controllers;
    private readonly Scheduler scheduler;
    private readonly DevicePluginDaemon plugins;
    private readonly NodeLifecycle lifecycle;

    private ClusterMachinery(ClusterMachineryOptions options)
    {
        this.options = options;
        scheduling = new ClusterPart(options.Api, "kube-scheduler", options.As(Identities.Scheduler), options.TimeProvider);
        daemons = new ClusterPart(options.Api, "daemon-set-controller", options.As(Identities.DaemonSetController), options.TimeProvider);
        controllers = new ClusterPart(options.Api, "node-controller", options.As(Identities.NodeController), options.TimeProvider);
        scheduler = new Scheduler(scheduling, options.SchedulerName, options.TimeProvider);
        plugins = new DevicePluginDaemon(daemons, options);
        lifecycle = new NodeLifecycle(controllers);
    }

    /// <summary>The first bug that stopped a part, or null.</summary>
    public Exception? Failure =>
        scheduling.Failure
        ?? daemons.Failure
        ?? controllers.Failure
        ?? kubelets.Values.Select(kubelet => kubelet.Failure).FirstOrDefault(bug => bug is not null);

    /// <summary>Starts the parts that a cluster has once; they see what is there when the task completes.</summary>
    public static async Task<ClusterMachinery> StartAsync(ClusterMachineryOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var machinery = new ClusterMachinery(options);
        try
        {
            await machinery.scheduler.StartAsync(cancellationToken);
            if (options.DevicePlugin is not null)
            {
                await machinery.plugins.StartAsync(cancellationToken);
            }

            return machinery;
        }
        catch
        {
            await machinery.DisposeAsync();
            throw;
        }
    }

    /// <summary>A machine joins: its kubelet registers it and runs its pods. Pods may be placed on it when the task completes.</summary>
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
        var kubelet = new Kubelet(host, pluginFile, deviceManager, options);
        kubelets[host.Name] = kubelet;
        await kubelet.StartAsync(registration, cancellationToken);
        await lifecycle.AdmitAsync(host.Name).WaitAsync(cancellationToken);
        if (options.DevicePlugin is not null)
        {
            plugins.AddNode(host.Name);
        }
    }

    /// <summary>Clears away what is left of a machine that is gone: kubelet, Node and pods.</summary>
    public async Task RemoveNodeAsync(string name, string instanceId)
    {
        if (
            await lifecycle.DeleteAsync(name, instanceId)
            && kubelets.TryGetValue(name, out var kubelet)
            && kubelet.InstanceId == instanceId
            && kubelets.TryRemove(name, out _)
        )
        {
            await plugins.RemoveNodeAsync(name);
            await kubelet.DisposeAsync();
            await lifecycle.CollectPodsAsync(name);
        }
    }

    /// <summary>As <see cref="RemoveNodeAsync"/>, after a while.</summary>
    public void RemoveNodeLater(TimeSpan delay, string name, string instanceId) =>
        controllers.PostLater(delay, () => RemoveNodeAsync(name, instanceId));

    /// <summary>What the device plugin of a node logged at its last start.</summary>
    public async Task<IReadOnlyList<string>> PluginLogAsync(string node, CancellationToken cancellationToken) =>
        kubelets.TryGetValue(node, out var kubelet) ? await kubelet.PluginLogAsync(cancellationToken) : [];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Those that wait for others first.
        await controllers.DisposeAsync();
        await scheduling.DisposeAsync();
        await daemons.DisposeAsync();
        await Task.WhenAll(kubelets.Values.Select(kubelet => kubelet.DisposeAsync().AsTask()));
    }
}
