using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Simulator.Kubernetes;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Cli.Tests;

/// <summary>
/// An API server with objects as controller and agents leave them, and a kubeconfig for it.
/// </summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cli-");

    private TestCluster(KubernetesSimulator server)
    {
        Server = server;
        Kubeconfig = server.WriteKubeconfig(Path.Combine(_folder.FullName, "config"));
    }

    public KubernetesSimulator Server { get; }

    public string Kubeconfig { get; }

    public static async Task<TestCluster> StartAsync(KubernetesSimulatorOptions? options = null) =>
        new(await KubernetesSimulator.StartAsync(options ?? new(), TestContext.Current.CancellationToken));

    /// <summary>A cluster as the chart leaves it, with one node and a leader.</summary>
    public static async Task<TestCluster> StartInstalledAsync(KubernetesSimulatorOptions? options = null, string managerImage = "eni-manager:1")
    {
        const string Home = Names.Namespace;
        var cluster = await StartAsync(options);
        var store = cluster.Server.Store;
        store.Create("namespaces", new JsonObject { ["metadata"] = new JsonObject { ["name"] = Home } });
        store.Create(
            "leases.coordination.k8s.io",
            JsonNode
                .Parse(
                    $$"""
                    {"metadata":{"name":"{{Names.LeaderElectionLease}}","namespace":"{{Home}}"},
                     "spec":{"holderIdentity":"one","leaseDurationSeconds":15,"renewTime":"{{TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ss.ffffffZ}}"} }
                    """
                )!
                .AsObject()
        );
        return cluster
            .Workload("deployments", Home, "eni-controller", "eni-controller", "eni-controller:1")
            .Patch("deployments.apps", "eni-controller", """{"spec":{"replicas":2}}""", status: false)
            .Patch("deployments.apps", "eni-controller", """{"status":{"availableReplicas":2}}""")
            .Workload("daemonsets", Home, "eni-manager", "eni-manager", managerImage)
            .Node("n1", ("ng", "multi-eni"))
            .Pod("eni-manager-1", "eni-manager", "n1", null);
    }

    public Task<CommandRun> RunAsync(params string[] arguments) => RunAsync(new CommandRunOptions(), arguments);

    public Task<CommandRun> RunAsync(CommandRunOptions options, params string[] arguments) =>
        CommandRun.With(options with { Environment = new(options.Environment) { ["KUBECONFIG"] = Kubeconfig } }, arguments);

    public TestCluster Node(string name, params (string Key, string Value)[] labels)
    {
        Server.Store.Create(
            "nodes",
            new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["name"] = name,
                    ["labels"] = new JsonObject(labels.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value))),
                },
            },
            taintNode: false
        );
        return this;
    }

    /// <summary>A NodeENI of nodes with ng=multi-eni, with a status.</summary>
    public TestCluster NodeEni(string name, int ready, int desired, int nodes, params Condition[] conditions)
    {
        var nodeEni = new NodeEni
        {
            Metadata = new() { Name = name },
            Spec = new()
            {
                NodeSelector = new() { ["ng"] = "multi-eni" },
                SubnetId = "subnet-12345678",
                SecurityGroupIds = ["sg-12345678"],
            },
        };
        Server.Store.Create("nodeenis.networking.k8s.aws", JsonSerializer.SerializeToNode(nodeEni, ApiJson.Default.NodeEni)!.AsObject());
        if (conditions.Length > 0)
        {
            var status = new NodeEniStatus
            {
                MatchedNodes = nodes,
                DesiredEnis = desired,
                ReadyEnis = ready,
                ObservedGeneration = 1,
                Conditions = [.. conditions],
            };
            Patch("nodeenis", name, JsonSerializer.SerializeToNode(status, ApiJson.Default.NodeEniStatus)!);
        }

        return this;
    }

    /// <summary>An ENI that is attached, ready or not for a reason.</summary>
    public TestCluster Eni(
        string nodeEni,
        string node,
        int index,
        string? reason = null,
        string message = "",
        string driver = "vfio-pci",
        string use = DeviceUses.Plain
    )
    {
        var name = $"{nodeEni}-{node.Split('.')[0]}-{index}";
        var attachment = new EniAttachment
        {
            Metadata = new() { Name = name },
            Spec = new()
            {
                NodeEniRef = new() { Name = nodeEni, Uid = "0" },
                NodeName = node,
                InstanceId = "i-0123456789abcdef0",
                Slot = "subnet-12345678",
                SubnetId = "subnet-12345678",
                SecurityGroupIds = ["sg-12345678"],
                DeviceIndex = index,
                Device = new() { Use = use },
            },
        };
        var ready = reason is null
            ? Condition(ConditionTypes.Ready, true, Reasons.Ready, "ready")
            : Condition(ConditionTypes.Ready, false, reason, message);
        var status = new EniAttachmentStatus
        {
            Network = new()
            {
                State = EniState.Attached,
                EniId = $"eni-0000000000000000{index}",
                MacAddress = "02:00:00:00:00:01",
                PrivateIps = ["10.0.1.7"],
                DeviceIndex = index,
            },
            Device = new()
            {
                PciAddress = $"0000:00:0{index + 5}.0",
                Driver = driver,
                InterfaceName = driver == "ena" ? $"eth{index}" : null,
                Mtu = 9001,
                ResourceName = "intel.com/sriov_dpdk",
                Advertised = reason is null && driver != "ena",
            },
            Conditions = [ready],
        };
        Server.Store.Create(
            "eniattachments.networking.k8s.aws",
            JsonSerializer.SerializeToNode(attachment, ApiJson.Default.EniAttachment)!.AsObject()
        );
        Patch("eniattachments", name, JsonSerializer.SerializeToNode(status, ApiJson.Default.EniAttachmentStatus)!);
        return this;
    }

    /// <summary>
    /// A Deployment or a DaemonSet of one container, which has the workload's name.
    /// </summary>
    public TestCluster Workload(string plural, string home, string name, string app, string image, string volumes = "[]")
    {
        Server.Store.Create(
            $"{plural}.apps",
            JsonNode
                .Parse(
                    $$$"""
                    {"metadata":{"name":"{{{name}}}","namespace":"{{{home}}}"},
                     "spec":{"selector":{"matchLabels":{"app":"{{{app}}}"}},"template":{"metadata":{"labels":{"app":"{{{app}}}"}},
                      "spec":{"containers":[{"name":"{{{name}}}","image":"{{{image}}}","securityContext":{"privileged":true}}],"volumes":{{{volumes}}} } } } }
                    """
                )!
                .AsObject()
        );
        return this;
    }

    /// <summary>A pod on a node that is ready, or waits for a reason.</summary>
    public TestCluster Pod(string name, string app, string node, string? waiting, string home = Names.Namespace)
    {
        Server.Store.Create(
            "pods",
            JsonNode
                .Parse(
                    $$$"""{"metadata":{"name":"{{{name}}}","namespace":"{{{home}}}","labels":{"app":"{{{app}}}"}},"spec":{"nodeName":"{{{node}}}","containers":[{"name":"c","image":"c:1"}] } }"""
                )!
                .AsObject()
        );
        var status = waiting is null
            ? """{"status":{"conditions":[{"type":"Ready","status":"True"}]}}"""
            : $$$"""{"status":{"containerStatuses":[{"name":"c","image":"c:1","imageID":"","ready":false,"restartCount":3,"state":{"waiting":{"reason":"{{{waiting}}}","message":"back-off"} } }] } }""";
        return Patch("pods", name, status, home: home);
    }

    /// <summary>An event about a pod that the API server did not let a workload create.</summary>
    public TestCluster Refusal(string kind, string name, string message)
    {
        Server.Store.Create(
            "events",
            new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = $"{name}.1", ["namespace"] = Names.Namespace },
                ["involvedObject"] = new JsonObject
                {
                    ["kind"] = kind,
                    ["namespace"] = Names.Namespace,
                    ["name"] = name,
                },
                ["type"] = "Warning",
                ["reason"] = "FailedCreate",
                ["message"] = message,
            }
        );
        return this;
    }

    /// <summary>A merge patch of any object.</summary>
    public TestCluster Patch(string resource, string name, string patch, bool status = true, string? home = null)
    {
        var namespaced = !resource.EndsWith("networking.k8s.aws", StringComparison.Ordinal);
        Server.Store.MergePatch(
            resource,
            name,
            JsonNode.Parse(patch)!.AsObject(),
            status ? WriteOptions.Status : WriteOptions.Default,
            namespaced ? home ?? Names.Namespace : ""
        );
        return this;
    }

    public static Condition Condition(string type, bool holds, string reason, string message) =>
        new()
        {
            Type = type,
            Status = holds ? ConditionStatus.True : ConditionStatus.False,
            Reason = reason,
            Message = message,
            LastTransitionTime = DateTimeOffset.UnixEpoch,
        };

    public static Condition[] Ready(int enis, int nodes) =>
        [
            Condition(ConditionTypes.Degraded, false, Reasons.AsExpected, "nothing is wrong"),
            Condition(ConditionTypes.Ready, true, Reasons.Ready, $"{enis} of {enis} ENIs are ready on {nodes} nodes"),
        ];

    public static Condition[] Degraded(string reason, string message) =>
        [Condition(ConditionTypes.Degraded, true, reason, message), Condition(ConditionTypes.Ready, false, reason, message)];

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private void Patch(string plural, string name, JsonNode status) =>
        Server.Store.MergePatch($"{plural}.networking.k8s.aws", name, new JsonObject { ["status"] = status }, WriteOptions.Status);
}
