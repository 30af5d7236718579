using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Simulator;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Cli.Demo;

/// <summary>
/// The objects that the chart would have made: in the demo the programs run beside the cluster, and whoever looks at it with kubectl or with
/// <c>kubectl eni doctor</c> expects to find them.
/// </summary>
internal static class DemoInstallation
{
    private const string PluginFolder = "/etc/pcidp";

    public static void Register(SimulatedCluster cluster, string version)
    {
        var store = cluster.Kubernetes.Store;
        var nodes = cluster.Nodes.Select(node => node.Name).ToList();
        var controller = Container(Names.Controller, $"{Names.Controller}:{version}");
        var manager = Container(Names.Manager, $"{Names.Manager}:{version}");
        manager["securityContext"] = new JsonObject { ["privileged"] = true };
        var replicas = new JsonObject
        {
            ["replicas"] = 1,
            ["availableReplicas"] = 1,
            ["readyReplicas"] = 1,
        };
        Create(store, "deployments.apps", Names.Namespace, Names.Controller, Names.Controller, controller, [], replicas);
        Create(store, "daemonsets.apps", Names.Namespace, Names.Manager, Names.Manager, manager, [], OnEach(nodes));
        Create(
            store,
            "daemonsets.apps",
            "kube-system",
            "kube-sriov-device-plugin",
            "sriovdp",
            Container("kube-sriovdp", "sriov-network-device-plugin:v3.8"),
            new JsonArray(
                new JsonObject
                {
                    ["name"] = "config",
                    ["hostPath"] = new JsonObject { ["path"] = PluginFolder },
                }
            ),
            OnEach(nodes)
        );
        foreach (var (node, index) in nodes.Select((node, index) => (node, index)))
        {
            Run(store, Names.Manager, $"{Names.Manager}-{index:d5}", node, manager);
        }

        Run(store, Names.Controller, $"{Names.Controller}-0", nodes[0], controller);
    }

    private static JsonObject Container(string name, string image) => new() { ["name"] = name, ["image"] = image };

    private static JsonObject OnEach(List<string> nodes) => new() { ["desiredNumberScheduled"] = nodes.Count, ["numberReady"] = nodes.Count };

    private static void Create(
        ObjectStore store,
        string resource,
        string home,
        string name,
        string app,
        JsonObject container,
        JsonArray volumes,
        JsonObject status
    )
    {
        var labels = new JsonObject { ["app"] = app };
        store.Create(
            resource,
            new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = home },
                ["spec"] = new JsonObject
                {
                    ["selector"] = new JsonObject { ["matchLabels"] = labels.DeepClone() },
                    ["template"] = new JsonObject
                    {
                        ["metadata"] = new JsonObject { ["labels"] = labels },
                        ["spec"] = new JsonObject { ["containers"] = new JsonArray(container.DeepClone()), ["volumes"] = volumes },
                    },
                },
            }
        );
        store.MergePatch(resource, name, new JsonObject { ["status"] = status }, WriteOptions.Status, home);
    }

    private static void Run(ObjectStore store, string app, string name, string node, JsonObject container) =>
        store.Create(
            "pods",
            new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["name"] = name,
                    ["namespace"] = Names.Namespace,
                    ["labels"] = new JsonObject { ["app"] = app },
                },
                ["spec"] = new JsonObject { ["nodeName"] = node, ["containers"] = new JsonArray(container.DeepClone()) },
            }
        );
}
