using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Operator.Client;
using MultiEni.Simulator;

namespace MultiEni.Cli.Demo;

/// <summary>
/// The objects that the chart would create. In the demo the programs run outside the cluster, but
/// kubectl users and <c>kubectl eni doctor</c> expect these objects.
/// </summary>
internal static class DemoInstallation
{
    private const string PluginFolder = "/etc/pcidp";
    private const int MetricsPort = 8081;
    private const string PodsPath = $"/api/v1/namespaces/{Names.Namespace}/pods";

    public static async Task RegisterAsync(SimulatedCluster cluster, string version, CancellationToken cancellationToken)
    {
        using var http = KubernetesConnection.Open(KubernetesConfig.Load(cluster.KubeconfigPath, _ => null), "kubectl-eni", TimeProvider.System);
        var nodes = cluster.Nodes.Select(node => node.Name).ToList();
        var controller = Container(Names.Controller, $"{Names.Controller}:{version}");
        var manager = Container(Names.Manager, $"{Names.Manager}:{version}");
        manager["securityContext"] = new JsonObject { ["privileged"] = true };
        manager["ports"] = new JsonArray(new JsonObject { ["name"] = "metrics", ["containerPort"] = MetricsPort });
        var replicas = new JsonObject
        {
            ["replicas"] = 1,
            ["availableReplicas"] = 1,
            ["readyReplicas"] = 1,
        };
        var plugin = Container("kube-sriovdp", "sriov-network-device-plugin:v3.8");
        var file = new JsonObject
        {
            ["name"] = "config",
            ["hostPath"] = new JsonObject { ["path"] = PluginFolder },
        };
        JsonArray plain = [];
        await CreateAsync("deployments", Names.Namespace, Names.Controller, Names.Controller, controller, plain, replicas);
        await CreateAsync("daemonsets", Names.Namespace, Names.Manager, Names.Manager, manager, plain, OnEach(nodes));
        await CreateAsync("daemonsets", "kube-system", "kube-sriov-device-plugin", "sriovdp", plugin, new JsonArray(file), OnEach(nodes));
        foreach (var (node, index) in nodes.Select((node, index) => (node, index)))
        {
            await PostAsync(PodsPath, Pod(Names.Manager, ManagerPod(index), node, manager));
        }

        await PostAsync(PodsPath, Pod(Names.Controller, $"{Names.Controller}-0", nodes[0], controller));

        async Task CreateAsync(string plural, string @namespace, string name, string app, JsonObject container, JsonArray volumes, JsonObject status)
        {
            var collection = $"/apis/apps/v1/namespaces/{@namespace}/{plural}";
            await PostAsync(collection, Workload(plural == "deployments" ? "Deployment" : "DaemonSet", name, app, container, volumes));
            using var content = new StringContent(
                new JsonObject { ["status"] = status }.ToJsonString(),
                Encoding.UTF8,
                "application/merge-patch+json"
            );
            using var response = await http.PatchAsync($"{collection}/{name}/status", content, cancellationToken);
            response.EnsureSuccessStatusCode();
        }

        async Task PostAsync(string collection, JsonObject body)
        {
            using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
            using var response = await http.PostAsync(collection, content, cancellationToken);
            response.EnsureSuccessStatusCode();
        }
    }

    /// <summary>
    /// Lets the API server find the metrics of a node's ENI manager, which runs outside of the cluster.
    /// </summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="node">The node.</param>
    /// <param name="manager">Where the ENI manager listens.</param>
    public static void Serve(SimulatedCluster cluster, string node, IPEndPoint manager) =>
        cluster.Kubernetes.Pods.Serve(
            Names.Namespace,
            ManagerPod(cluster.Nodes.Select(other => other.Name).ToList().IndexOf(node)),
            MetricsPort,
            manager
        );

    private static string ManagerPod(int index) => $"{Names.Manager}-{index:d5}";

    private static JsonObject Container(string name, string image) => new() { ["name"] = name, ["image"] = image };

    private static JsonObject OnEach(List<string> nodes) => new() { ["desiredNumberScheduled"] = nodes.Count, ["numberReady"] = nodes.Count };

    private static JsonObject Workload(string kind, string name, string app, JsonObject container, JsonArray volumes)
    {
        var labels = new JsonObject { ["app"] = app };
        return new JsonObject
        {
            ["apiVersion"] = "apps/v1",
            ["kind"] = kind,
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = new JsonObject
            {
                ["selector"] = new JsonObject { ["matchLabels"] = labels.DeepClone() },
                ["template"] = new JsonObject
                {
                    ["metadata"] = new JsonObject { ["labels"] = labels },
                    ["spec"] = new JsonObject { ["containers"] = new JsonArray(container.DeepClone()), ["volumes"] = volumes.DeepClone() },
                },
            },
        };
    }

    private static JsonObject Pod(string app, string name, string node, JsonObject container) =>
        new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["labels"] = new JsonObject { ["app"] = app },
            },
            ["spec"] = new JsonObject { ["nodeName"] = node, ["containers"] = new JsonArray(container.DeepClone()) },
        };
}
