using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Scenarios.Staging;

/// <summary>
/// <c>kubectl wait --for=condition=Ready</c> for a NodeENI that never stops: looks at each version of the object from now on and notes those at which the
/// command would have returned although something was not so.
/// </summary>
internal sealed class WaitForReady : IAsyncDisposable
{
    private readonly CancellationTokenSource ending = new();
    private readonly ConcurrentQueue<string> tooEarly = new();
    private readonly Task following;

    private WaitForReady(ObjectStore store, string nodeEni, Func<string?> lacks)
    {
        following = FollowAsync(store, nodeEni, lacks, ending.Token);
    }

    /// <summary>What was missing when it returned too early.</summary>
    public IReadOnlyCollection<string> TooEarly => tooEarly;

    /// <summary>Begins to look.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="nodeEni">The NodeENI, of which the user has just applied what is waited for.</param>
    /// <param name="isAsWanted">Whether an attachment is as applied.</param>
    /// <param name="enis">How many there must be, all as applied and ready.</param>
    public static WaitForReady Begin(Stage stage, string nodeEni, Func<EniAttachment, bool> isAsWanted, int enis)
    {
        var store = stage.Cluster.Kubernetes.Store;
        return new WaitForReady(
            store,
            nodeEni,
            () =>
            {
                var done = store
                    .List($"{Names.EniAttachmentPlural}.{Names.Group}")
                    .Select(found => found.Deserialize(ApiJson.Default.EniAttachment)!)
                    .Count(attachment =>
                        !attachment.Metadata.IsBeingDeleted
                        && isAsWanted(attachment)
                        && attachment.Status?.Conditions.Find(ConditionTypes.Ready) is { Status: ConditionStatus.True } ready
                        && ready.ObservedGeneration == attachment.Metadata.Generation
                    );
                return done == enis ? null : $"{done} of {enis} ENIs were ready as applied";
            }
        );
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ending.Dispose();
    }

    private async Task FollowAsync(ObjectStore store, string nodeEni, Func<string?> lacks, CancellationToken cancellationToken)
    {
        await foreach (var change in store.WatchAsync($"{Names.NodeEniPlural}.{Names.Group}", "", null, null, since: null, cancellationToken))
        {
            if (change.Object is { } seen && Returns(seen, nodeEni) && lacks() is { } lack)
            {
                tooEarly.Enqueue($"{lack}: {seen["status"]!["conditions"]!.ToJsonString()}");
            }
        }
    }

    // As checkCondition of k8s.io/kubectl/pkg/cmd/wait has it.
    private static bool Returns(JsonObject seen, string name)
    {
        var nodeEni = seen.Deserialize(ApiJson.Default.NodeEni)!;
        return nodeEni.Metadata.Name == name
            && nodeEni.Status?.Conditions.Find(ConditionTypes.Ready) is { Status: ConditionStatus.True } ready
            && (ready.ObservedGeneration ?? nodeEni.Status.ObservedGeneration) is var observed
            && (observed is null || observed >= nodeEni.Metadata.Generation);
    }
}
