using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using MultiEni.Api.Kubernetes;
using MultiEni.Operator;
using MultiEni.Operator.Client;
using MultiEni.Operator.Informers;
using MultiEni.Operator.Queues;

namespace MultiEni.Simulator.Nodes.Cluster;

/// <summary>
/// One part of a cluster as a client of its API: it has an identity of its own, follows what it
/// needs to see, and does one thing at a time.
/// </summary>
internal sealed class ClusterPart : IAsyncDisposable
{
    private static readonly Backoff Pauses = new(TimeSpan.FromMilliseconds(100), 2, TimeSpan.FromSeconds(5), 0.5);
    private readonly Meter _meter = new("simulator");
    private readonly OperatorMetrics _metrics;
    private readonly HttpClient _http;
    private readonly Sequencer _sequencer;
    private readonly List<Task> _informers = [];

    /// <summary>Connects when there is something to ask.</summary>
    /// <param name="api">The API, as an administrator who may act as everybody.</param>
    /// <param name="program">Name of the program, such as <c>kubelet</c>.</param>
    /// <param name="identity">As whom it acts; null for the administrator.</param>
    /// <param name="time">
    /// The clock of its waits. Requests have the clock of the machine: they take real time whatever
    /// the cluster's clock says.
    /// </param>
    internal ClusterPart(KubernetesConfig api, string program, Impersonation? identity, TimeProvider time)
    {
        _http = KubernetesConnection.Open(api with { ActAs = identity }, program, TimeProvider.System);
        Client = new KubernetesClient(_http, TimeProvider.System);
        _metrics = new OperatorMetrics(_meter);
        _sequencer = new Sequencer(time);
    }

    /// <summary>For requests that may fail.</summary>
    internal KubernetesClient Client { get; }

    internal CancellationToken Stopping => _sequencer.Stopping;

    /// <summary>A bug that stopped this part, or null.</summary>
    internal Exception? Failure => _sequencer.Failure ?? _informers.Select(informer => informer.Exception).FirstOrDefault(bug => bug is not null);

    internal void Post(Func<Task> action) => _sequencer.Post(action);

    internal void PostLater(TimeSpan delay, Func<Task> action) => _sequencer.PostLater(delay, action);

    internal Task DrainAsync(CancellationToken cancellationToken) => _sequencer.DrainAsync(cancellationToken);

    /// <summary>
    /// Calls for each object that is there and whenever one has changed or is gone, with its newest
    /// state: what is read late is read as it is then. Ends when the first list is in.
    /// </summary>
    internal async Task FollowAsync(
        ResourceKind<ClusterObject> kind,
        InformerScope scope,
        Func<ClusterObject, bool, Task> see,
        CancellationToken cancellationToken
    )
    {
        var informer = new Informer<ClusterObject>(Client, kind, scope, trim: null, _metrics, TimeProvider.System, NullLogger.Instance);
        informer.Subscribe(change =>
        {
            var seen = change.Current;
            Post(async () =>
            {
                var cache = await informer.SyncedAsync(Stopping);
                var newest = cache.Get(seen.Key);
                var gone = newest?.Uid != seen.Uid;
                await see(gone ? seen : newest!, gone);
            });
        });
        _informers.Add(informer.RunAsync(Stopping));
        await informer.SyncedAsync(cancellationToken);
    }

    /// <summary>
    /// Makes a request until it is answered. Null when the object is gone, is another one, or has
    /// changed meanwhile.
    /// </summary>
    /// <exception cref="KubernetesApiException">The API refuses it for another reason.</exception>
    internal async Task<T?> AskAsync<T>(Func<KubernetesClient, CancellationToken, Task<T>> request)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await request(Client, Stopping);
            }
            catch (KubernetesApiException refused) when (IsAboutAnother(refused))
            {
                return default;
            }
            catch (Exception failure) when (KubernetesFailure.Is(failure) && failure is not KubernetesApiException { IsTransient: false })
            {
                await Task.Delay(Pauses.Delay(attempt, Random.Shared.NextDouble()), TimeProvider.System, Stopping);
            }
        }
    }

    /// <summary>Writes the status of a pod, unless it is gone or another one.</summary>
    internal Task<ClusterObject?> WritePodStatusAsync(ObjectKey pod, string uid, JsonObject status, JsonObject? annotations = null)
    {
        var metadata = new JsonObject { ["uid"] = uid };
        if (annotations is not null)
        {
            metadata["annotations"] = annotations;
        }

        var patch = new JsonObject { ["metadata"] = metadata, ["status"] = status };
        return AskAsync((client, stop) => client.MergePatchAsync(ClusterKinds.Pods, pod, patch, "status", stop));
    }

    /// <summary>
    /// Removes a pod without waiting for its containers, unless it is gone or another one.
    /// </summary>
    internal Task RemovePodAsync(ObjectKey pod, string uid)
    {
        var options = new DeleteOptions { GracePeriodSeconds = 0, Uid = uid };
        return AskAsync((client, stop) => client.DeleteAsync(ClusterKinds.Pods, pod, options, stop));
    }

    public async ValueTask DisposeAsync()
    {
        await _sequencer.DisposeAsync();
        await Task.WhenAll(_informers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _http.Dispose();
        _meter.Dispose();
    }

    // A patch with the uid of an object that was replaced tries to change what cannot be changed.
    private static bool IsAboutAnother(KubernetesApiException refused) =>
        refused.IsNotFound || refused.IsConflict || refused.IsAlreadyExists || refused.Causes.Any(cause => cause.Field == "metadata.uid");
}
