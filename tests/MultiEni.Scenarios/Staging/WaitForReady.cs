using System.Collections.Concurrent;
using System.Text.Json;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Operator.Client;

namespace MultiEni.Scenarios.Staging;

/// <summary>
/// <c>kubectl wait --for=condition=Ready</c> for a NodeENI that never stops: looks at each version
/// of the object from now on and notes those at which the command would have returned although
/// something was not so.
/// </summary>
internal sealed class WaitForReady : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentQueue<string> _tooEarly = new();
    private readonly Task _following;

    private WaitForReady(ClusterApi api, string nodeEni, Func<EniAttachment, bool> isAsWanted, int enis)
    {
        _following = FollowAsync(api, nodeEni, isAsWanted, enis, _ending.Token);
    }

    /// <summary>What was missing when it returned too early.</summary>
    public IReadOnlyCollection<string> TooEarly =>
        _following.IsCompleted ? throw new InvalidOperationException("nobody looked until now", _following.Exception) : _tooEarly;

    /// <summary>Begins to look.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="nodeEni">
    /// The NodeENI, of which the user has just applied what is waited for.
    /// </param>
    /// <param name="isAsWanted">Whether an attachment is as applied.</param>
    /// <param name="enis">How many there must be, all as applied and ready.</param>
    public static WaitForReady Begin(Stage stage, string nodeEni, Func<EniAttachment, bool> isAsWanted, int enis) =>
        new(stage.Api, nodeEni, isAsWanted, enis);

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
    }

    private async Task FollowAsync(
        ClusterApi api,
        string nodeEni,
        Func<EniAttachment, bool> isAsWanted,
        int enis,
        CancellationToken cancellationToken
    )
    {
        await foreach (var frame in api.Client.WatchAsync(Kinds.NodeEni, new WatchOptions { Timeout = TimeSpan.FromHours(1) }, cancellationToken))
        {
            var seen = frame switch
            {
                WatchEvent<NodeEni>.Added(var added) => added,
                WatchEvent<NodeEni>.Modified(var modified) => modified,
                _ => null,
            };
            if (
                seen is not null
                && Returns(seen, nodeEni)
                && await LackAsync(api, seen.Metadata.ResourceVersion!, isAsWanted, enis, cancellationToken) is { } lack
            )
            {
                _tooEarly.Enqueue($"{lack}: {string.Join(", ", seen.Status!.Conditions!)}");
            }
        }
    }

    // As things were when that version was written: versions of all resources are of one history.
    private static async Task<string?> LackAsync(
        ClusterApi api,
        string version,
        Func<EniAttachment, bool> isAsWanted,
        int enis,
        CancellationToken cancellationToken
    )
    {
        var then = await api.ListAsync(
            $"/apis/{Names.ApiVersion}/{Names.EniAttachmentPlural}?resourceVersion={version}&resourceVersionMatch=Exact",
            cancellationToken
        );
        var done = then.Select(found => found.Deserialize(ApiJson.Default.EniAttachment)!)
            .Count(attachment =>
                !attachment.Metadata.IsBeingDeleted
                && isAsWanted(attachment)
                && attachment.Status?.Conditions.Find(ConditionTypes.Ready) is { Status: ConditionStatus.True } ready
                && ready.ObservedGeneration == attachment.Metadata.Generation
            );
        return done == enis ? null : $"{done} of {enis} ENIs were ready as applied";
    }

    // As checkCondition of k8s.io/kubectl/pkg/cmd/wait has it.
    private static bool Returns(NodeEni nodeEni, string name) =>
        nodeEni.Metadata.Name == name
        && nodeEni.Status?.Conditions.Find(ConditionTypes.Ready) is { Status: ConditionStatus.True } ready
        && (ready.ObservedGeneration ?? nodeEni.Status.ObservedGeneration) is var observed
        && (observed is null || observed >= nodeEni.Metadata.Generation);
}
