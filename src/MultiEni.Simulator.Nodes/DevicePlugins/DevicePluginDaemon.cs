using System.Text.Json.Nodes;
using MultiEni.Operator.Informers;
using MultiEni.Simulator.Nodes.Cluster;

namespace MultiEni.Simulator.Nodes.DevicePlugins;

/// <summary>
/// What the DaemonSet controller does for the SR-IOV device plugin: keeps one pod of it on every
/// node.
/// </summary>
internal sealed class DevicePluginDaemon(ClusterPart part, ClusterMachineryOptions options)
{
    /// <summary>Value of the label <c>app</c> of its pods.</summary>
    internal const string AppLabel = "sriovdp";

    // By node: the uid of its pod, empty while there is none.
    private readonly Dictionary<string, string> _pods = new(StringComparer.Ordinal);
    private int _made;

    internal Task StartAsync(CancellationToken cancellationToken)
    {
        var ours = new InformerScope { Namespace = options.DevicePluginNamespace, LabelSelector = $"app={AppLabel}" };
        return part.FollowAsync(ClusterKinds.Pods, ours, SeePodAsync, cancellationToken);
    }

    internal void AddNode(string node) =>
        part.Post(() =>
        {
            _pods[node] = "";
            return EnsurePodAsync(node);
        });

    /// <summary>Makes no more pods for a node. Those that there are stay.</summary>
    internal Task RemoveNodeAsync(string node)
    {
        part.Post(() =>
        {
            _pods.Remove(node);
            return Task.CompletedTask;
        });
        return part.DrainAsync(part.Stopping);
    }

    private Task SeePodAsync(ClusterObject pod, bool gone)
    {
        if (gone && _pods.TryGetValue(pod.NodeName, out var uid) && uid == pod.Uid)
        {
            _pods[pod.NodeName] = "";
            part.PostLater(options.Timings.PluginReplacement, () => EnsurePodAsync(pod.NodeName));
        }

        return Task.CompletedTask;
    }

    private async Task EnsurePodAsync(string node)
    {
        if (_pods.TryGetValue(node, out var uid) && uid.Length == 0)
        {
            var manifest = new ClusterObject(Manifest($"kube-sriov-device-plugin-{Suffix(node, _made++)}", node));
            var pod = await part.AskAsync((client, stop) => client.CreateAsync(ClusterKinds.Pods, manifest, stop));
            _pods[node] = pod?.Uid ?? "";
        }
    }

    private static string Suffix(string node, int made)
    {
        var hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{node}/{made}"));
        return Convert.ToHexStringLower(hash.AsSpan(0, 5));
    }

    private JsonObject Volume() =>
        options.DevicePluginReadsConfigMap
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

    private JsonObject Manifest(string name, string node) =>
        new()
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = options.DevicePluginNamespace,
                ["labels"] = new JsonObject
                {
                    ["app"] = AppLabel,
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
                ["volumes"] = new JsonArray(Volume()),
            },
        };
}
