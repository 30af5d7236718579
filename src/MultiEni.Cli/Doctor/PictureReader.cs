using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Cli.Cluster;
using MultiEni.Controller.Definitions;
using MultiEni.Controller.Kubernetes;
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
