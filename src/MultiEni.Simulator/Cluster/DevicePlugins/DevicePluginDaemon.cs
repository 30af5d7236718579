using System.Text.Json.Nodes;
using MultiEni.Simulator.Cluster.Kubelets;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Cluster.DevicePlugins;

/// <summary>Keeps a pod of the SR-IOV device plugin on every node and does what it does there. Called by one <see cref="Sequencer"/> only.</summary>
internal sealed class DevicePluginDaemon(
    ObjectStore store,
    Sequencer sequencer,
    Kubelet kubelet,
    ClusterTimings timings,
    DevicePluginRelease release,
    bool readsConfigMap,
    TimeProvider time
)
{
    internal const string Namespace = "kube-system";

    private const string ConfigMapText = """{"resourceList":[{"resourceName":"from_the_configmap","selectors":{"vendors":["8086"]}}]}""";

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    internal static bool IsPluginPod(JsonObject pod) => pod.Namespace == Namespace && pod.Label("app") == "sriovdp";

    /// <summary>Makes the pod of a node, unless there is one.</summary>
    internal void EnsurePod(ClusterNode node)
    {
        if (node.Plugin.Uid is not null || !node.Host.Up)
        {
            return;
        }

        node.Plugin.Name = $"kube-sriov-device-plugin-{Suffix(node.Name, node.Plugin.Made++)}";
        var pod = store.Create("pods", Manifest(node.Plugin.Name, node.Name, Volume()));
        node.Plugin.Uid = pod.Uid;
        node.Plugin.Restarts = 0;
        StartLater(node, timings.PluginStart);
    }

    /// <summary>The plugin's pod of this node was seen.</summary>
    internal void SeePod(ClusterNode node, JsonObject pod, bool gone)
    {
        if (pod.Uid != node.Plugin.Uid)
        {
            return;
        }

        if (gone)
        {
            Stop(node);
            node.Plugin.Uid = null;
            sequencer.PostLater(timings.PluginReplacement, () => EnsurePod(node));
        }
        else if (pod.IsBeingDeleted)
        {
            Stop(node);
            Remove(pod);
        }
    }

    /// <summary>The node rebooted: the container starts again and reads whatever the file says now.</summary>
    internal void SeeReboot(ClusterNode node)
    {
        Stop(node);
        node.Plugin.Restarts++;
        if (node.Plugin.Uid is null)
        {
            EnsurePod(node);
        }
        else
        {
            StartLater(node, timings.PluginStart);
        }
    }

    private void StartLater(ClusterNode node, TimeSpan delay)
    {
        var generation = ++node.Plugin.Generation;
        sequencer.PostLater(
            delay,
            () =>
            {
                if (generation == node.Plugin.Generation && node.Host.Up)
                {
                    Start(node);
                }
            }
        );
    }

    private void Start(ClusterNode node)
    {
        var run = DevicePlugin.Start(readsConfigMap ? ConfigMapText : ReadFile(node.PluginFile), release, node.Host.Devices(), node.Host.Network());
        node.Plugin.Log = run.Log;
        switch (run)
        {
            case DevicePluginRun.Serving serving:
                Register(node, serving.Devices);
                WriteStatus(
                    node,
                    pod => PodStatuses.Running(pod, node.Host.PrimaryAddress, node.Host.PrimaryAddress, Now(), node.Plugin.Restarts, allocated: null)
                );
                break;
            case DevicePluginRun.Crashed crashed:
                var pause = Pause(node.Plugin.Restarts);
                WriteStatus(
                    node,
                    pod =>
                        PodStatuses.Waiting(
                            pod,
                            "Running",
                            node.Host.PrimaryAddress,
                            Now(),
                            node.Plugin.Restarts,
                            "CrashLoopBackOff",
                            $"back-off {pause.TotalSeconds:0}s restarting failed container=kube-sriovdp pod={node.Plugin.Name}_{Namespace}",
                            crashed.ExitCode
                        )
                );
                node.Plugin.Restarts++;
                StartLater(node, pause);
                break;
        }
    }

    private void Stop(ClusterNode node)
    {
        node.Plugin.Generation++;
        Register(node, new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal));
    }

    private void Register(ClusterNode node, IReadOnlyDictionary<string, IReadOnlyList<string>> devices)
    {
        node.Devices.Stop(DeviceSource.SriovPlugin);
        foreach (var (resource, addresses) in devices)
        {
            node.Devices.Register(resource, DeviceSource.SriovPlugin);
            node.Devices.Announce(resource, DeviceSource.SriovPlugin, addresses);
        }

        kubelet.ReportDevices(node);
    }

    private void WriteStatus(ClusterNode node, Func<JsonObject, JsonObject> status)
    {
        try
        {
            store.Change(
                "pods",
                node.Plugin.Name!,
                live =>
                {
                    if (live.Uid == node.Plugin.Uid)
                    {
                        live["status"] = status(live);
                    }
                },
                WriteOptions.Status,
                Namespace
            );
        }
        catch (StatusException)
        {
            // The pod went meanwhile; its watch event makes another.
        }
    }

    private void Remove(JsonObject pod)
    {
        try
        {
            store.Delete("pods", pod.Name, pod.Namespace, RemovalOptions.Default with { GracePeriodSeconds = 0, Uid = pod.Uid });
        }
        catch (StatusException)
        {
            // Somebody else removed it, which is what was wanted.
        }
    }

    private TimeSpan Pause(int restarts)
    {
        var pause = timings.CrashLoopPause;
        for (var i = 0; i < restarts && pause < LongestPause; i++)
        {
            pause *= 2;
        }

        return pause < LongestPause ? pause : LongestPause;
    }

    private string Now() => PodStatuses.Time(time);

    private static string? ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string Suffix(string node, int made)
    {
        var hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{node}/{made}"));
        return Convert.ToHexStringLower(hash.AsSpan(0, 5));
    }

    private JsonObject Volume() =>
        readsConfigMap
            ? new JsonObject
            {
                ["name"] = "config-volume",
                ["configMap"] = new JsonObject { ["name"] = "sriovdp-config" },
            }
            : new JsonObject
            {
                ["name"] = "config-volume",
                ["hostPath"] = new JsonObject { ["path"] = "/etc/pcidp", ["type"] = "DirectoryOrCreate" },
            };

    private static JsonObject Manifest(string name, string node, JsonObject volume) =>
        new()
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = Namespace,
                ["labels"] = new JsonObject
                {
                    ["app"] = "sriovdp",
                    ["name"] = "sriov-device-plugin",
                    ["tier"] = "node",
                },
            },
            ["spec"] = new JsonObject
            {
                ["nodeName"] = node,
                ["hostNetwork"] = true,
                ["terminationGracePeriodSeconds"] = 0,
                ["tolerations"] = new JsonArray(new JsonObject { ["operator"] = "Exists" }),
                ["containers"] = new JsonArray(
                    new JsonObject
                    {
                        ["name"] = "kube-sriovdp",
                        ["image"] = "ghcr.io/k8snetworkplumbingwg/sriov-network-device-plugin:v3.9.0",
                        ["args"] = new JsonArray("--log-dir=sriovdp", "--log-level=10"),
                        ["securityContext"] = new JsonObject { ["privileged"] = true },
                        ["volumeMounts"] = new JsonArray(new JsonObject { ["name"] = "config-volume", ["mountPath"] = "/etc/pcidp" }),
                    }
                ),
                ["volumes"] = new JsonArray(volume),
            },
        };
}
