using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Storage;
using MultiEni.Simulator.Nodes.DevicePlugins;

namespace MultiEni.Reliability.Lab;

/// <summary>
/// The SR-IOV device plugin's DaemonSet and what the kubelets make of it: a pod on each node that
/// reads its file once, at its start, and the node's allocatable devices.
/// </summary>
internal sealed class DevicePluginPods(Cluster cluster)
{
    private const string Namespace = "kube-system";
    private static readonly TimeSpan StartDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CrashLoopPause = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _running = new(StringComparer.Ordinal);
    private int _made;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // A watch that was broken on purpose ends; what went meanwhile is found by looking.
        while (!cancellationToken.IsCancellationRequested)
        {
            foreach (var pod in _running.Keys.Where(pod => cluster.Kubernetes.Store.Find("pods", pod, Namespace) is null))
            {
                Gone(pod);
            }

            try
            {
                await FollowAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // The cluster is taken down.
            }
        }
    }

    /// <summary>
    /// A node has joined: it has a pod of the plugin from now on, until it is taken away.
    /// </summary>
    public async Task ServeAsync(Machine machine, CancellationToken cancellationToken)
    {
        while (!machine.IsGone && !cancellationToken.IsCancellationRequested)
        {
            var pod = $"kube-sriov-device-plugin-{Interlocked.Increment(ref _made)}";
            var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _running[pod] = gone;
            cluster.Kubernetes.Store.Create("pods", Manifest(pod, machine.Node));
            await StartAsync(machine, pod, cancellationToken);
            await gone.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Report(machine, new Dictionary<string, IReadOnlyList<string>>());
        }
    }

    /// <summary>
    /// Deletes the pod of a node, because somebody does so or because the node has gone.
    /// </summary>
    public void Collect(Machine machine)
    {
        foreach (var pod in cluster.Kubernetes.Store.List("pods", Namespace, fields: $"spec.nodeName={machine.Node}"))
        {
            Remove(pod.Text("metadata", "name"));
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        await foreach (var change in cluster.Kubernetes.Store.WatchAsync("pods", Namespace, null, null, since: null, cancellationToken))
        {
            if (change.Object is { } pod && change.Type == ChangeType.Deleted)
            {
                Gone(pod.Text("metadata", "name"));
            }
            else if (change.Object?["metadata"]?["deletionTimestamp"] is not null)
            {
                Remove(change.Object.Text("metadata", "name"));
            }
        }
    }

    private void Gone(string pod)
    {
        if (_running.TryRemove(pod, out var gone))
        {
            gone.TrySetResult();
        }
    }

    private async Task StartAsync(Machine machine, string pod, CancellationToken cancellationToken)
    {
        for (var pause = StartDelay; ; pause = CrashLoopPause)
        {
            await Task.Delay(pause, cluster.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested || machine.IsGone || !_running.ContainsKey(pod))
            {
                return;
            }

            if (
                machine.Host.Up
                && DevicePlugin.Start(
                    await File.ReadAllTextAsync(machine.PluginFile, cancellationToken),
                    DevicePluginRelease.V38,
                    machine.Host.Devices(),
                    machine.Host.Network()
                )
                    is DevicePluginRun.Serving serving
            )
            {
                Report(machine, serving.Devices);
                return;
            }
        }
    }

    private void Remove(string pod)
    {
        try
        {
            cluster.Kubernetes.Store.Delete("pods", pod, Namespace, RemovalOptions.Default with { GracePeriodSeconds = 0 });
        }
        catch (StatusException)
        {
            // Somebody else removed it.
        }
    }

    // What a plugin has registered stays among the node's resources, with none of them when it is
    // gone.
    private void Report(Machine machine, IReadOnlyDictionary<string, IReadOnlyList<string>> devices)
    {
        lock (machine.Registered)
        {
            if (machine.IsGone)
            {
                // Another one may have its name by now.
                return;
            }

            machine.Registered.UnionWith(devices.Keys);
            try
            {
                cluster.Kubernetes.Store.Change(
                    "nodes",
                    machine.Node,
                    live =>
                    {
                        foreach (var list in new[] { "capacity", "allocatable" })
                        {
                            var resources = live["status"]![list]!.AsObject();
                            foreach (var resource in machine.Registered)
                            {
                                resources[resource] = devices.TryGetValue(resource, out var some) ? $"{some.Count}" : "0";
                            }
                        }
                    },
                    WriteOptions.Status
                );
            }
            catch (StatusException)
            {
                // The node has gone.
            }
        }
    }

    private static JsonObject Manifest(string name, string node) =>
        new()
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = Namespace,
                ["labels"] = new JsonObject { ["app"] = "sriovdp" },
            },
            ["spec"] = new JsonObject
            {
                ["nodeName"] = node,
                ["terminationGracePeriodSeconds"] = 0,
                ["tolerations"] = new JsonArray(new JsonObject { ["operator"] = "Exists" }),
                ["containers"] = new JsonArray(
                    new JsonObject
                    {
                        ["name"] = "kube-sriovdp",
                        ["image"] = "ghcr.io/k8snetworkplumbingwg/sriov-network-device-plugin:v3.8.0",
                        ["volumeMounts"] = new JsonArray(new JsonObject { ["name"] = "config-volume", ["mountPath"] = "/etc/pcidp" }),
                    }
                ),
                ["volumes"] = new JsonArray(
                    new JsonObject
                    {
                        ["name"] = "config-volume",
                        ["hostPath"] = new JsonObject { ["path"] = "/etc/pcidp" },
                    }
                ),
            },
        };
}
