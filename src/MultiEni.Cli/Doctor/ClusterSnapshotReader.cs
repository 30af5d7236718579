using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Cli.Cluster;
using MultiEni.Controller.Definitions;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.Multus;
using MultiEni.Manager.Settings;
using MultiEni.Operator.Client;
using MultiEni.Operator.Events;
using MultiEni.Operator.LeaderElection;

namespace MultiEni.Cli.Doctor;

/// <summary>
/// Reads the cluster with the user's permissions. Records what it is not allowed to read.
/// </summary>
internal sealed class ClusterSnapshotReader(ClusterConnection connection, TimeProvider time)
{
    private const string KarpenterLabel = "app.kubernetes.io/name=karpenter";

    // Actions of a user beyond reading.
    private static readonly (string Verb, string Group, string Resource)[] UserActions =
    [
        ("create", Names.Group, Names.NodeEniPlural),
        ("delete", Names.Group, Names.NodeEniPlural),
    ];

    /// <summary>
    /// Reads everything sequentially, to keep the load on the API server low.
    /// </summary>
    public async Task<ClusterSnapshot> ReadAsync(CancellationToken cancellationToken)
    {
        var namespaced = new ListOptions { Namespace = connection.InstallNamespace };
        var nodes = await ListAsync(ClusterKinds.Node, new ListOptions(), cancellationToken);
        var snapshot = new ClusterSnapshot
        {
            InstallNamespace = connection.InstallNamespace,
            Now = time.GetUtcNow(),
            Definitions = await DefinitionsAsync(cancellationToken),
            NodeEnis = await ListAsync(Kinds.NodeEni, new ListOptions(), cancellationToken),
            Attachments = await ListAsync(Kinds.EniAttachment, new ListOptions(), cancellationToken),
            Nodes = new(nodes.Value is { } read ? [.. read.Select(node => node.ToNode())] : null, nodes.Error),
            Versions = (nodes.Value ?? []).ToDictionary(node => node.Metadata.Name, node => node.Status.NodeInfo, StringComparer.Ordinal),
            Deployments = await ListAsync(ClusterKinds.Deployment, namespaced, cancellationToken),
            DaemonSets = await ListAsync(ClusterKinds.DaemonSet, new ListOptions(), cancellationToken),
            InstalledPods = await ListAsync(ClusterKinds.Pod, namespaced, cancellationToken),
            NamespaceObject = await ReadResult.TryAsync<IReadOnlyList<ClusterNamespace>>(async () =>
                await connection.Client.GetAsync(ClusterKinds.Namespace, ObjectKey.Cluster(connection.InstallNamespace), cancellationToken)
                    is { } found
                    ? [found]
                    : []
            ),
            CreateFailures = await ListAsync(
                KubernetesEvent.Resource,
                namespaced with
                {
                    FieldSelector = $"reason={PodCreateFailure.Reason}",
                },
                cancellationToken
            ),
            PluginPods = default,
            Networks = await ListAsync(NetworkAttachmentDefinition.ResourceKind, new ListOptions(), cancellationToken),
            NodePools = await ListAsync(ClusterKinds.NodePool, new ListOptions(), cancellationToken),
            Karpenter = await ListAsync(ClusterKinds.Deployment, new ListOptions { LabelSelector = KarpenterLabel }, cancellationToken),
            Claims = await new ClaimSnapshotReader(connection).ReadAsync(cancellationToken),
            DeniedActions = await DeniedActionsAsync(cancellationToken),
            Leases = await ReadResult.TryAsync<IReadOnlyList<Lease>>(async () =>
                await connection.Client.GetAsync(
                    Lease.Resource,
                    new ObjectKey(connection.InstallNamespace, Names.LeaderElectionLease),
                    cancellationToken
                )
                    is { } lease
                    ? [lease]
                    : []
            ),
        };
        return snapshot with { PluginPods = await PluginPodsAsync(snapshot.PluginLabels, cancellationToken) };
    }

    private async Task<IReadOnlyList<string>> DeniedActionsAsync(CancellationToken cancellationToken)
    {
        var denied = new List<string>();
        foreach (var (verb, group, resource) in UserActions)
        {
            var question = new AccessReview
            {
                Spec = new()
                {
                    ResourceAttributes = new()
                    {
                        Verb = verb,
                        Group = group,
                        Resource = resource,
                    },
                },
            };
            var answer = await ReadResult.TryAsync(() => connection.Client.CreateAsync(ClusterKinds.AccessReview, question, cancellationToken));
            if (answer.Value?.Status?.Allowed == false)
            {
                denied.Add($"{verb} {resource}");
            }
        }

        return denied;
    }

    private Task<ReadResult<IReadOnlyList<ResourceDefinition>>> DefinitionsAsync(CancellationToken cancellationToken) =>
        ReadResult.TryAsync<IReadOnlyList<ResourceDefinition>>(async () =>
        {
            var found = new List<ResourceDefinition>();
            foreach (var name in DefinitionGaps.Names)
            {
                if (await connection.Client.GetAsync(ResourceDefinition.ResourceKind, ObjectKey.Cluster(name), cancellationToken) is { } definition)
                {
                    found.Add(definition);
                }
            }

            return found;
        });

    private Task<ReadResult<IReadOnlyList<ClusterPod>>> PluginPodsAsync(IReadOnlyList<string> labels, CancellationToken cancellationToken) =>
        ReadResult.TryAsync<IReadOnlyList<ClusterPod>>(async () =>
        {
            var found = new List<ClusterPod>();
            foreach (var label in labels)
            {
                found.AddRange(await connection.ListAsync(ClusterKinds.Pod, new ListOptions { LabelSelector = label }, cancellationToken));
            }

            return found;
        });

    private Task<ReadResult<IReadOnlyList<T>>> ListAsync<T>(ResourceKind<T> kind, ListOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => ReadResult.TryAsync(() => connection.ListAsync(kind, options, cancellationToken));
}

/// <summary>The input of all checks, read once.</summary>
internal sealed record ClusterSnapshot
{
    /// <summary>Namespace of the controller and the ENI managers.</summary>
    public required string InstallNamespace { get; init; }

    /// <summary>When it was read.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The product's CRDs that exist.</summary>
    public required ReadResult<IReadOnlyList<ResourceDefinition>> Definitions { get; init; }

    /// <summary>NodeENIs.</summary>
    public required ReadResult<IReadOnlyList<NodeEni>> NodeEnis { get; init; }

    /// <summary>ENIAttachments.</summary>
    public required ReadResult<IReadOnlyList<EniAttachment>> Attachments { get; init; }

    /// <summary>Nodes.</summary>
    public required ReadResult<IReadOnlyList<Node>> Nodes { get; init; }

    /// <summary>Versions of the nodes' software, by node.</summary>
    public required IReadOnlyDictionary<string, NodeVersions> Versions { get; init; }

    /// <summary>Everything about devices that are offered to claims.</summary>
    public required ClaimSnapshot Claims { get; init; }

    /// <summary>Deployments in the controller's namespace.</summary>
    public required ReadResult<IReadOnlyList<Workload>> Deployments { get; init; }

    /// <summary>DaemonSets in all namespaces: ENI managers, device plugins, Multus.</summary>
    public required ReadResult<IReadOnlyList<Workload>> DaemonSets { get; init; }

    /// <summary>The controller's namespace; at most one item.</summary>
    public required ReadResult<IReadOnlyList<ClusterNamespace>> NamespaceObject { get; init; }

    /// <summary>
    /// Events in the controller's namespace about pods that were not created.
    /// </summary>
    public required ReadResult<IReadOnlyList<KubernetesEvent>> CreateFailures { get; init; }

    /// <summary>Pods in the controller's namespace.</summary>
    public required ReadResult<IReadOnlyList<ClusterPod>> InstalledPods { get; init; }

    /// <summary>Pods of the SR-IOV device plugin.</summary>
    public required ReadResult<IReadOnlyList<ClusterPod>> PluginPods { get; init; }

    /// <summary>Network definitions of Multus in all namespaces.</summary>
    public required ReadResult<IReadOnlyList<NetworkAttachmentDefinition>> Networks { get; init; }

    /// <summary>Node pools of Karpenter.</summary>
    public required ReadResult<IReadOnlyList<NodePool>> NodePools { get; init; }

    /// <summary>Deployments of Karpenter in all namespaces.</summary>
    public required ReadResult<IReadOnlyList<Workload>> Karpenter { get; init; }

    /// <summary>The leader election Lease; at most one item.</summary>
    public required ReadResult<IReadOnlyList<Lease>> Leases { get; init; }

    /// <summary>
    /// Actions that the user is not allowed to perform, such as "create nodeenis".
    /// </summary>
    public required IReadOnlyList<string> DeniedActions { get; init; }

    /// <summary>
    /// Labels of the device plugin's pods, from the ENI managers' DaemonSet or by default.
    /// </summary>
    public IReadOnlyList<string> PluginLabels =>
        (ManagerSetting("DEVICE_PLUGIN_LABELS") is { Length: > 0 } labels ? labels : ManagerSettings.DefaultPluginLabels).Split(
            ',',
            StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
        );

    /// <summary>The controller's Deployment.</summary>
    public Workload? Controller => Deployments.Value?.FirstOrDefault(item => Is(item, Api.Names.Controller));

    /// <summary>The ENI managers' DaemonSet.</summary>
    public Workload? Managers => DaemonSets.Value?.FirstOrDefault(item => item.Metadata.Namespace == InstallNamespace && Is(item, Api.Names.Manager));

    /// <summary>Container of the ENI manager.</summary>
    public WorkloadContainer? ManagerContainer => Managers?.Container(Api.Names.Manager);

    /// <summary>An environment variable in the ENI managers' DaemonSet.</summary>
    public string? ManagerSetting(string variable) => ManagerContainer?.Value(variable);

    /// <summary>Whether the ENI managers are DRA drivers.</summary>
    public bool PublishesToClaims => ManagerSetting("DEVICE_PUBLISHER") == "dra";

    /// <summary>Whether the installation has something to do with claims.</summary>
    public bool UsesClaims =>
        PublishesToClaims
        || Claims.Slices.Value is { Count: > 0 }
        || (NodeEnis.Value ?? []).Any(nodeEni => nodeEni.Spec is { DpdkBinding: DpdkBindings.WhenClaimed });

    /// <summary>Pods in the controller's namespace with the label app=NAME.</summary>
    public IEnumerable<ClusterPod> PodsOf(string app) => (InstalledPods.Value ?? []).Where(pod => pod.Metadata.Label("app") == app);

    private static bool Is(Workload workload, string name) => workload.Metadata.Name == name || workload.Spec.Template.Metadata.Label("app") == name;
}
