using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Api.ResourceClaims;
using MultiEni.Cli.Cluster;
using MultiEni.Cli.Status;
using MultiEni.Operator;
using MultiEni.Operator.Client;
using MultiEni.Operator.Events;
using MultiEni.Operator.Informers;

namespace MultiEni.Cli.Map;

/// <summary>Follows the cluster with the user's permissions, and puts what it sees on the map.</summary>
internal sealed class ClusterFollower : IDisposable
{
    // A reason becomes trouble after minutes, so seconds are soon enough to see it.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    // Where the API server keeps events of objects that have no namespace.
    private const string EventNamespace = "default";

    private const string Connection = "connection";

    private readonly ClusterConnection _connection;
    private readonly MapFeed _feed;
    private readonly TimeProvider _time;
    private readonly Lock _drawing = new();
    private readonly Meter _meter = new("MultiEni.Cli.Map");
    private readonly OperatorMetrics _metrics;
    private readonly Informer<Node> _nodes;
    private readonly Informer<NodeEni> _nodeEnis;
    private readonly Informer<EniAttachment> _attachments;
    private readonly Informer<KubernetesEvent> _events;
    private readonly Informer<ResourceClaim> _claims;
    private readonly ConcurrentDictionary<string, EniAttachment> _known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, MapEvent> _happened = new(StringComparer.Ordinal);
    private readonly ClaimHolders _holders = new();

    /// <summary>A follower that waits for <see cref="RunAsync"/>.</summary>
    public ClusterFollower(ClusterConnection connection, MapFeed feed, TimeProvider time)
    {
        _connection = connection;
        _feed = feed;
        _time = time;
        _metrics = new OperatorMetrics(_meter);
        _nodes = Informer(Kinds.Node, InformerScope.All, Trim);
        _nodeEnis = Informer(Kinds.NodeEni, InformerScope.All, null);
        _attachments = Informer(Kinds.EniAttachment, InformerScope.All, null);
        _claims = Informer(Kinds.ResourceClaim, InformerScope.All, null);
        _events = Informer(
            KubernetesEvent.Resource,
            new InformerScope { Namespace = EventNamespace, FieldSelector = $"involvedObject.apiVersion={Names.ApiVersion}" },
            null
        );
        _nodes.Subscribe(change => Show(change, MapReader.Node));
        _nodeEnis.Subscribe(change => Show(change, nodeEni => MapReader.NodeEni(nodeEni, _time.GetUtcNow())));
        _attachments.Subscribe(ShowEni);
        _events.Subscribe(ShowEvent);
        _claims.Subscribe(ShowClaim);
    }

    /// <summary>Asks once for what the map cannot do without, so that a refusal is an error of the command.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var one = new ListOptions { Limit = 1 };
        await _connection.Client.ListAsync(Kinds.NodeEni, one, cancellationToken);
        await _connection.Client.ListAsync(Kinds.EniAttachment, one, cancellationToken);
        await _connection.Client.ListAsync(Kinds.Node, one, cancellationToken);
    }

    /// <summary>Follows until cancelled, or until something fails for good, which is a bug.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _feed.Set(new MapCluster(_connection.Server.ToString(), Complete: false));
        await Loops.RunAsync(
            cancellationToken,
            _nodes.RunAsync,
            _nodeEnis.RunAsync,
            _attachments.RunAsync,
            ending =>
                RunIfAllowedAsync(
                    _events,
                    KubernetesEvent.Resource,
                    EventNamespace,
                    $"Events are left out: you may not list events in the namespace {EventNamespace}.",
                    ending
                ),
            ending =>
                RunIfAllowedAsync(
                    _claims,
                    Kinds.ResourceClaim,
                    null,
                    "Pods that have devices by claims are left out: you may not list resourceclaims.",
                    ending
                ),
            LookAsync
        );
    }

    /// <summary>The story of the ENI of an ENIAttachment; null when there is none of the name.</summary>
    public async Task<EniStory?> StoryAsync(string name, CancellationToken cancellationToken)
    {
        if (!_known.TryGetValue(name, out var attachment) || Draw(attachment) is not { } eni)
        {
            return null;
        }

        IReadOnlyList<ClusterPod>? pods = [];
        if (attachment.Spec!.Device.ResourceName is not null)
        {
            try
            {
                var here = new ListOptions { FieldSelector = $"spec.nodeName={eni.Node}" };
                pods = await _connection.ListAsync(ClusterKinds.Pod, here, cancellationToken);
            }
            catch (Exception failed) when (KubernetesFailure.Is(failed))
            {
                pods = null;
            }
        }

        return StoryReader.Read(attachment, eni, _happened.Values, pods);
    }

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();

    private Informer<T> Informer<T>(ResourceKind<T> kind, InformerScope scope, Func<T, T>? trim)
        where T : class, IKubernetesObject => new(_connection.Client, kind, scope, trim, _metrics, _time, NullLogger.Instance);

    // Of thousands of nodes, what is drawn of them.
    private static Node Trim(Node node) =>
        new()
        {
            Metadata = new()
            {
                Name = node.Metadata.Name,
                Uid = node.Metadata.Uid,
                ResourceVersion = node.Metadata.ResourceVersion,
                Labels = node
                    .Metadata.Labels?.Where(label =>
                        label.Key is Controller.Planning.NodeIdentity.ZoneLabel or Controller.Planning.NodeIdentity.InstanceTypeLabel
                    )
                    .ToDictionary(),
            },
            Spec = new() { ProviderID = node.Spec.ProviderID },
            Status = new() { Conditions = node.Status.Conditions?.FindAll(condition => condition.Type == "Ready") },
        };

    private async Task RunIfAllowedAsync<T>(
        Informer<T> informer,
        ResourceKind<T> kind,
        string? @namespace,
        string refused,
        CancellationToken cancellationToken
    )
        where T : class, IKubernetesObject
    {
        try
        {
            await _connection.Client.ListAsync(kind, new ListOptions { Namespace = @namespace, Limit = 1 }, cancellationToken);
        }
        catch (KubernetesApiException error) when (error.IsForbidden)
        {
            _feed.Set(new MapNote(kind.Plural, refused));
            return;
        }
        catch (KubernetesApiException error) when (error.IsNotFound)
        {
            // The cluster has no such API, hence no such objects.
            return;
        }
        catch (Exception error) when (KubernetesFailure.Is(error) && !cancellationToken.IsCancellationRequested)
        {
            // The informer goes on asking, and says why it has no answer.
        }

        await informer.RunAsync(cancellationToken);
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(
                _nodes.SyncedAsync(cancellationToken),
                _nodeEnis.SyncedAsync(cancellationToken),
                _attachments.SyncedAsync(cancellationToken)
            )
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _feed.Set(new MapCluster(_connection.Server.ToString(), Complete: true));
        while (!cancellationToken.IsCancellationRequested)
        {
            foreach (var attachment in _known.Values.Where(attachment => !Controller.Summary.AttachmentReadiness.Is(attachment)))
            {
                ShowEni(attachment.Metadata.Name);
            }

            if ((_attachments.Health.LastFailure ?? _nodes.Health.LastFailure ?? _nodeEnis.Health.LastFailure) is { } failure)
            {
                _feed.Set(new MapNote(Connection, $"The API server does not answer, and the map may be out of date: {failure}"));
            }
            else
            {
                _feed.Remove(MapItem.Keyed<MapNote>(Connection));
            }

            await Task.Delay(LookInterval, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Show<T, TItem>(ObjectChange<T> change, Func<T, TItem> draw)
        where T : class, IKubernetesObject
        where TItem : MapItem
    {
        if (change is ObjectChange<T>.Deleted)
        {
            _feed.Remove(MapItem.Keyed<TItem>(change.Current.Metadata.Name));
        }
        else
        {
            _feed.Set(draw(change.Current));
        }
    }

    private void ShowEni(ObjectChange<EniAttachment> change)
    {
        var name = change.Current.Metadata.Name;
        if (change is ObjectChange<EniAttachment>.Deleted)
        {
            _known.TryRemove(name, out _);
        }
        else
        {
            _known[name] = change.Current;
        }

        ShowEni(name);
    }

    // Changes of ENIs, changes of claims and the clock have one drawn, each on a thread of its own:
    // the last to draw must have seen the newest state.
    private void ShowEni(string name)
    {
        lock (_drawing)
        {
            if (_known.TryGetValue(name, out var attachment) && Draw(attachment) is { } eni)
            {
                _feed.Set(eni);
            }
            else
            {
                _feed.Remove(MapItem.Keyed<MapEni>(name));
            }
        }
    }

    private MapEni? Draw(EniAttachment attachment) =>
        MapReader.Eni(
            attachment,
            attachment is { Spec: { } spec, Status.Network.EniId: { } id } ? _holders.Find(new DeviceOfNode(spec.NodeName, id)) : null,
            _time.GetUtcNow()
        );

    private void ShowEvent(ObjectChange<KubernetesEvent> change)
    {
        if (MapReader.Event(change.Current) is not { } happened)
        {
            return;
        }

        if (change is ObjectChange<KubernetesEvent>.Deleted)
        {
            _happened.TryRemove(happened.Id, out _);
            _feed.Remove(happened.Key);
        }
        else
        {
            _happened[happened.Id] = happened;
            _feed.Set(happened);
        }
    }

    private void ShowClaim(ObjectChange<ResourceClaim> change)
    {
        var touched = _holders.Take(change);
        if (touched.Count == 0)
        {
            return;
        }

        foreach (var attachment in _known.Values)
        {
            if (attachment is { Spec: { } spec, Status.Network.EniId: { } id } && touched.Contains(new DeviceOfNode(spec.NodeName, id)))
            {
                ShowEni(attachment.Metadata.Name);
            }
        }
    }
}
