using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes;
using MultiEni.Simulator.Kubernetes.Faults;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Tests.Cluster;

/// <summary>
/// The cluster's own parts are clients of its API: with identities, with no more rights than these
/// have, and through whatever happens to a client.
/// </summary>
public sealed class ClusterClientsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("clients-");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_part_acts_as_the_one_that_it_stands_for_and_with_its_rights()
    {
        await using var cluster = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Nodes = 1, EnforcesAccess = true }, Cancelled);
        var store = cluster.Kubernetes.Store;
        store.Create("pods", Pod("app"));
        await UntilAsync(cluster, () => Phase(store, "app") == "Running");
        store.Delete("pods", "app", "default");
        await UntilAsync(cluster, () => store.Find("pods", "app", "default") is null);
        await cluster.ReplaceNodeAsync(cluster.Nodes[0].Name, Cancelled);

        var log = cluster.Kubernetes.Access.Log;
        Assert.Empty(log.Refusals);
        var writers = log
            .Used.Where(right => right.Verb is "create" or "patch" or "delete")
            .Select(right => $"{right.User} {right.Verb} {right.Resource}");
        Assert.Superset(
            new HashSet<string>
            {
                "system:kube-scheduler create pods/binding",
                $"system:node:{cluster.Nodes[0].Name} create nodes",
                $"system:node:{cluster.Nodes[0].Name} patch pods/status",
                $"system:node:{cluster.Nodes[0].Name} delete pods",
                "system:serviceaccount:kube-system:daemon-set-controller create pods",
                "system:serviceaccount:kube-system:node-controller patch nodes",
                "system:serviceaccount:kube-system:node-controller delete nodes",
            },
            writers.ToHashSet()
        );
    }

    [Fact]
    public async Task A_kubelet_without_the_role_of_kubelets_cannot_register()
    {
        await using var server = await KubernetesSimulator.StartAsync(new KubernetesSimulatorOptions { EnforcesAccess = true }, Cancelled);
        server.Store.Change("clusterroles.rbac.authorization.k8s.io", "system:node", role => role["rules"] = new JsonArray());
        var options = new SimulatedClusterOptions { EnforcesAccess = true, Kubeconfig = Kubeconfig(server) };

        var refused = await Assert.ThrowsAsync<Operator.Client.KubernetesApiException>(() => SimulatedCluster.StartAsync(options, Cancelled));

        Assert.Contains("User \"system:node:ip-10-0-0-4.us-east-1.compute.internal\" cannot create resource \"nodes\"", refused.Message);
    }

    [Fact]
    public async Task Rights_that_take_effect_late_are_waited_for()
    {
        await using var server = await KubernetesSimulator.StartAsync(new KubernetesSimulatorOptions { EnforcesAccess = true }, Cancelled);
        var refusals = 0;
        server.Faults.BeforeRequest = request =>
            ValueTask.FromResult<FaultAction?>(
                request is { Verb: "create", Resource: "nodes" } && Interlocked.Increment(ref refusals) <= 3 ? new FaultAction.Fail(403) : null
            );

        var options = new SimulatedClusterOptions
        {
            Nodes = 1,
            EnforcesAccess = true,
            Kubeconfig = Kubeconfig(server),
        };
        await using var cluster = await SimulatedCluster.StartAsync(options, Cancelled);

        Assert.Equal(4, refusals);
        Assert.Single(server.Store.List("nodes"));
    }

    [Fact]
    public async Task Refused_writes_lost_watches_and_lost_history_are_only_delays()
    {
        await using var cluster = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Nodes = 1, DevicePlugin = null }, Cancelled);
        var server = cluster.Kubernetes;
        server.Faults.Add(
            new FaultRule
            {
                Action = new FaultAction.Fail(500),
                Resource = "pods",
                Verb = "create",
                Times = 1,
            }
        );
        server.Faults.Add(
            new FaultRule
            {
                Action = new FaultAction.Fail(503),
                Resource = "pods",
                Verb = "patch",
                Times = 2,
            }
        );
        server.Store.Create("pods", Pod("first"));
        await UntilAsync(cluster, () => Phase(server.Store, "first") == "Running");

        server.Store.CompactHistory();
        server.Faults.DropWatches();
        server.Store.Create("pods", Pod("second"));

        await UntilAsync(cluster, () => Phase(server.Store, "second") == "Running");
    }

    [Fact]
    public async Task A_guest_sets_its_nodes_and_pods_apart_and_leaves_those_of_others_alone()
    {
        await using var server = await KubernetesSimulator.StartAsync(new KubernetesSimulatorOptions(), Cancelled);
        server.Store.Create("nodes", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "theirs" } });
        server.Store.Create("pods", Pod("theirs"));
        var options = new SimulatedClusterOptions
        {
            Nodes = 1,
            Kubeconfig = Kubeconfig(server),
            Guest = "visitor",
        };
        await using var cluster = await SimulatedCluster.StartAsync(options, Cancelled);
        var ours = Pod("ours");
        ours["spec"]!["schedulerName"] = "visitor";
        ours["spec"]!["nodeSelector"] = new JsonObject { ["visitor"] = "true" };
        ours["spec"]!["tolerations"] = new JsonArray(new JsonObject { ["key"] = "visitor", ["operator"] = "Exists" });
        server.Store.Create("pods", ours);

        await UntilAsync(cluster, () => Phase(server.Store, "ours") == "Running");
        await UntilAsync(cluster, () => server.Store.Find("leases.coordination.k8s.io", "visitor-node-1", "kube-node-lease") is not null);

        var node = server.Store.Get("nodes", "visitor-node-1");
        Assert.Equal("""[{"key":"visitor","value":"true","effect":"NoSchedule"}]""", node["spec"]!["taints"]!.ToJsonString());
        Assert.Null(node["metadata"]!["labels"]!["kubernetes.io/os"]);
        Assert.Equal("""[{"type":"Hostname","address":"visitor-node-1"}]""", node["status"]!["addresses"]!.ToJsonString());
        Assert.Equal("visitor", Assert.Single(server.Store.List("pods", labels: "app=sriovdp"))["metadata"]!["namespace"]!.GetValue<string>());
        Assert.Equal("Pending", Phase(server.Store, "theirs"));
        Assert.NotNull(server.Store.Get("nodes", "theirs")["spec"]!["taints"]);
        Assert.Equal("visitor", cluster.ControllerEnvironment()["POD_NAMESPACE"]);
        Assert.Equal("visitor", cluster.ManagerEnvironment("visitor-node-1")["DEVICE_PLUGIN_NAMESPACES"]);
        Assert.Throws<InvalidOperationException>(() => cluster.Kubernetes);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string Kubeconfig(KubernetesSimulator server) => server.WriteKubeconfig(Path.Combine(_folder.FullName, "kubeconfig"));

    private static JsonObject Pod(string name) =>
        new()
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "default" },
            ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "app", ["image"] = "app:latest" }) },
        };

    private static string? Phase(ObjectStore store, string pod) => store.Find("pods", pod, "default")?["status"]?["phase"]?.GetValue<string>();

    private static async Task UntilAsync(SimulatedCluster cluster, Func<bool> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            Assert.Null(cluster.Failure);
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, deadline.Token);
        }
    }
}
