using System.Text.Json.Nodes;
using MultiEni.Simulator.Cluster.DevicePlugins;
using MultiEni.Simulator.Cluster.Kubelets;
using MultiEni.Simulator.Cluster.Scheduling;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Storage;
using MultiEni.Simulator.Nodes;

namespace MultiEni.Simulator.Cluster;

/// <summary>Scheduler, kubelets and device plugins of a cluster, driven by one watch of pods and one of nodes however many nodes there are.</summary>
internal sealed class ClusterMachinery : IAsyncDisposable
{
    private readonly Dictionary<string, ClusterNode> nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, JsonObject>> unclaimed = new(StringComparer.Ordinal);
    private readonly ObjectStore store;
    private readonly Sequencer sequencer;
    private readonly Scheduler scheduler;
    private readonly Kubelet kubelet;
    private readonly DevicePluginDaemon plugins;
    private readonly bool runsDevicePlugin;
    private readonly Task[] watches;

    internal ClusterMachinery(ObjectStore store, ClusterTimings timings, DevicePluginRelease? release, bool readsConfigMap, TimeProvider time)
    {
        this.store = store;
        sequencer = new Sequencer(time);
        scheduler = new Scheduler(store, sequencer, time);
        kubelet = new Kubelet(store, sequencer, timings, time);
        runsDevicePlugin = release is not null;
        plugins = new DevicePluginDaemon(store, sequencer, kubelet, timings, release ?? DevicePluginRelease.V38, readsConfigMap, time);
        watches = [WatchAsync("nodes", SeeNode), WatchAsync("pods", SeePod)];
    }

    /// <summary>The first bug that stopped the machinery, or null.</summary>
    internal Exception? Failure => sequencer.Failure;

    /// <summary>A kubelet starts on a node whose Node object exists.</summary>
    internal void AddNode(string name, SimulatedHost host, string pluginFile, KubeletDeviceManager deviceManager) =>
        sequencer.Post(() =>
        {
            var node = new ClusterNode(name, host, pluginFile, deviceManager);
            nodes[name] = node;
            deviceManager.Registered += (_, seen) => sequencer.Post(() => kubelet.SeeRegistration(node, seen.Resource));
            deviceManager.Changed += (_, seen) =>
            {
                var devices = deviceManager.Devices(seen.Resource);
                sequencer.Post(() => kubelet.SeeDevices(node, seen.Resource, devices));
            };
            host.ProcessesLost += (_, _) =>
                sequencer.Post(() =>
                {
                    if (host.Up)
                    {
                        kubelet.SeeReboot(node);
                        plugins.SeeReboot(node);
                    }
                });
            if (runsDevicePlugin)
            {
                plugins.EnsurePod(node);
            }

            if (unclaimed.Remove(name, out var early))
            {
                foreach (var pod in early.Values)
                {
                    SeePod(pod, gone: false);
                }
            }
        });

    /// <summary>A node left the cluster: its pods are collected.</summary>
    internal void RemoveNode(string name) =>
        sequencer.Post(() =>
        {
            if (nodes.Remove(name, out var node))
            {
                node.Plugin.Generation++;
                foreach (var uid in node.Pods.Keys.ToList())
                {
                    Kubelet.Forget(node, uid);
                }
            }

            foreach (var pod in store.List("pods", fields: $"spec.nodeName={name}"))
            {
                try
                {
                    store.Delete("pods", pod.Name, pod.Namespace, RemovalOptions.Default with { GracePeriodSeconds = 0 });
                }
                catch (StatusException)
                {
                    // Somebody else removed it, which is what was wanted.
                }
            }
        });

    /// <summary>What the device plugin of a node logged at its last start.</summary>
    internal async Task<IReadOnlyList<string>> PluginLogAsync(string name, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> log = [];
        sequencer.Post(() => log = nodes.TryGetValue(name, out var node) ? node.Plugin.Log : []);
        await sequencer.DrainAsync(cancellationToken);
        return log;
    }

    internal void PostLater(TimeSpan delay, Action action) => sequencer.PostLater(delay, action);

    public async ValueTask DisposeAsync()
    {
        await sequencer.DisposeAsync();
        await Task.WhenAll(watches);
    }

    private async Task WatchAsync(string resource, Action<JsonObject, bool> see)
    {
        try
        {
            await foreach (var change in store.WatchAsync(resource, inNamespace: "", labels: null, fields: null, since: null, sequencer.Stopping))
            {
                if (change.Object is { } obj)
                {
                    sequencer.Post(() => see(obj, change.Type == ChangeType.Deleted));
                }
            }
        }
        catch (OperationCanceledException) when (sequencer.Stopping.IsCancellationRequested)
        {
            // The cluster goes down.
        }
    }

    // A pod may name a node whose kubelet starts a moment later.
    private void KeepForLater(JsonObject pod, bool gone)
    {
        if (!unclaimed.TryGetValue(pod.NodeName, out var pods))
        {
            unclaimed[pod.NodeName] = pods = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        }

        if (gone)
        {
            pods.Remove(pod.Uid);
        }
        else
        {
            pods[pod.Uid] = pod;
        }
    }

    private void SeeNode(JsonObject node, bool gone) => scheduler.SeeNode(node, gone);

    private void SeePod(JsonObject pod, bool gone)
    {
        scheduler.SeePod(pod, gone);
        if (pod.NodeName.Length == 0)
        {
            return;
        }

        if (!nodes.TryGetValue(pod.NodeName, out var node))
        {
            KeepForLater(pod, gone);
            return;
        }

        if (runsDevicePlugin && DevicePluginDaemon.IsPluginPod(pod))
        {
            plugins.SeePod(node, pod, gone);
        }
        else if (gone)
        {
            Kubelet.Forget(node, pod.Uid);
        }
        else
        {
            kubelet.SeePod(node, pod);
        }
    }
}
