using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Cli.Cluster;
using MultiEni.Controller.Definitions;
using MultiEni.Controller.Kubernetes;
using MultiEni.Manager.Settings;
using MultiEni.Operator.Client;
using MultiEni.Operator.Events;
using MultiEni.Operator.LeaderElection;

namespace MultiEni.Cli.Doctor;

/// <summary>Reads the cluster with the user's permissions. What may not be read is noted and left out.</summary>
internal sealed class PictureReader(ClusterConnection connection, TimeProvider time)
{
    // What a user of the product does, beyond looking.
    private static readonly (string Verb, string Group, string Resource)[] Wishes =
    [
        ("create", Names.Group, Names.NodeEniPlural),
        ("delete", Names.Group, Names.NodeEniPlural),
    ];

    /// <summary>Reads everything, one request after the other: the API server shall not notice.</summary>
    public async Task<ClusterSnapshot> ReadAsync(CancellationToken cancellationToken)
    {
        var home = new ListOptions { Namespace = connection.Home };
        var picture = new ClusterSnapshot
        {
            Home = connection.Home,
            Now = time.GetUtcNow(),
            Definitions = await DefinitionsAsync(cancellationToken),
            NodeEnis = await ListAsync(Kinds.NodeEni, new ListOptions(), cancellationToken),
            Attachments = await ListAsync(Kinds.EniAttachment, new ListOptions(), cancellationToken),
            Nodes = await ListAsync(Kinds.Node, new ListOptions(), cancellationToken),
            Deployments = await ListAsync(ClusterKinds.Deployment, home, cancellationToken),
            DaemonSets = await ListAsync(ClusterKinds.DaemonSet, new ListOptions(), cancellationToken),
            HomePods = await ListAsync(ClusterKinds.Pod, home, cancellationToken),
            HomeNamespace = await TryAsync<IReadOnlyList<ClusterNamespace>>(async () =>
                await connection.Client.GetAsync(ClusterKinds.Namespace, ObjectKey.Cluster(connection.Home), cancellationToken) is { } found
                    ? [found]
                    : []
            ),
            Refusals = await ListAsync(KubernetesEvent.Resource, home with { FieldSelector = $"reason={PodRefusal.Reason}" }, cancellationToken),
            PluginPods = default,
            Refused = await RefusedAsync(cancellationToken),
            Leases = await TryAsync<IReadOnlyList<Lease>>(async () =>
                await connection.Client.GetAsync(Lease.Resource, new ObjectKey(connection.Home, Names.LeaderElectionLease), cancellationToken)
                    is { } lease
                    ? [lease]
                    : []
            ),
        };
        return picture with { PluginPods = await PluginPodsAsync(picture.PluginLabels, cancellationToken) };
    }

    private async Task<IReadOnlyList<string>> RefusedAsync(CancellationToken cancellationToken)
    {
        var refused = new List<string>();
        foreach (var (verb, group, resource) in Wishes)
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
            var answer = await TryAsync(() => connection.Client.CreateAsync(ClusterKinds.AccessReview, question, cancellationToken));
            if (answer.Value?.Status?.Allowed == false)
            {
                refused.Add($"{verb} {resource}");
            }
        }

        return refused;
    }

    private Task<ReadResult<IReadOnlyList<ResourceDefinition>>> DefinitionsAsync(CancellationToken cancellationToken) =>
        TryAsync<IReadOnlyList<ResourceDefinition>>(async () =>
        {
            var found = new List<ResourceDefinition>();
            foreach (var name in DefinitionGaps.Names)
            {
                if (await connection.Client.GetAsync(Kinds.Definition, ObjectKey.Cluster(name), cancellationToken) is { } definition)
                {
                    found.Add(definition);
                }
            }

            return found;
        });

    private Task<ReadResult<IReadOnlyList<ClusterPod>>> PluginPodsAsync(IReadOnlyList<string> labels, CancellationToken cancellationToken) =>
        TryAsync<IReadOnlyList<ClusterPod>>(async () =>
        {
            var found = new List<ClusterPod>();
            foreach (var label in labels)
            {
                found.AddRange(await connection.ListAsync(ClusterKinds.Pod, new ListOptions { LabelSelector = label }, cancellationToken));
            }

            return found;
        });

    private Task<ReadResult<IReadOnlyList<T>>> ListAsync<T>(ResourceKind<T> kind, ListOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => TryAsync(() => connection.ListAsync(kind, options, cancellationToken));

    private static async Task<ReadResult<T>> TryAsync<T>(Func<Task<T>> read)
        where T : class
    {
        try
        {
            return new ReadResult<T>(await read(), null);
        }
        catch (KubernetesApiException refused) when (refused.IsForbidden || refused.IsNotFound)
        {
            return new ReadResult<T>(null, refused.Message);
        }
    }
}

/// <summary>Everything that the checks look at, read once.</summary>
internal sealed record ClusterSnapshot
{
    /// <summary>Namespace of the controller and the ENI managers.</summary>
    public required string Home { get; init; }

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

    /// <summary>Deployments of the home namespace.</summary>
    public required ReadResult<IReadOnlyList<Workload>> Deployments { get; init; }

    /// <summary>DaemonSets everywhere: ENI managers, device plugins, Multus.</summary>
    public required ReadResult<IReadOnlyList<Workload>> DaemonSets { get; init; }

    /// <summary>The home namespace; a list of none or one.</summary>
    public required ReadResult<IReadOnlyList<ClusterNamespace>> HomeNamespace { get; init; }

    /// <summary>Events of the home namespace about pods that were not created.</summary>
    public required ReadResult<IReadOnlyList<KubernetesEvent>> Refusals { get; init; }

    /// <summary>Pods of the home namespace.</summary>
    public required ReadResult<IReadOnlyList<ClusterPod>> HomePods { get; init; }

    /// <summary>Pods of the SR-IOV device plugin.</summary>
    public required ReadResult<IReadOnlyList<ClusterPod>> PluginPods { get; init; }

    /// <summary>The lease of the leader; a list of none or one.</summary>
    public required ReadResult<IReadOnlyList<Lease>> Leases { get; init; }

    /// <summary>What the user may not do, such as create nodeenis.</summary>
    public required IReadOnlyList<string> Refused { get; init; }

    /// <summary>Labels of the device plugin's pods, as the ENI managers' DaemonSet has them or as they are by default.</summary>
    public IReadOnlyList<string> PluginLabels =>
        (ManagerSetting("DEVICE_PLUGIN_LABELS") is { Length: > 0 } labels ? labels : ManagerSettings.DefaultPluginLabels).Split(
            ',',
            StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
        );

    /// <summary>The controller's Deployment.</summary>
    public Workload? Controller => Deployments.Value?.FirstOrDefault(item => Is(item, Api.Names.Controller));

    /// <summary>The ENI managers' DaemonSet.</summary>
    public Workload? Managers => DaemonSets.Value?.FirstOrDefault(item => item.Metadata.Namespace == Home && Is(item, Api.Names.Manager));

    /// <summary>Container of the ENI manager.</summary>
    public WorkloadContainer? ManagerContainer => Managers?.Container(Api.Names.Manager);

    /// <summary>A setting of the ENI managers as their DaemonSet gives it.</summary>
    public string? ManagerSetting(string variable) => ManagerContainer?.Value(variable);

    /// <summary>Pods of the home namespace that carry the label app=NAME.</summary>
    public IEnumerable<ClusterPod> PodsOf(string app) => (HomePods.Value ?? []).Where(pod => pod.Metadata.Label("app") == app);

    private static bool Is(Workload workload, string name) => workload.Metadata.Name == name || workload.Spec.Template.Metadata.Label("app") == name;
}

/// <summary>A part of the cluster as far as it could be looked at.</summary>
/// <param name="Value">What was seen; null when nothing could be.</param>
/// <param name="WhyNot">Why it could not be looked at; null when it could.</param>
internal readonly record struct ReadResult<T>(T? Value, string? WhyNot)
    where T : class;
