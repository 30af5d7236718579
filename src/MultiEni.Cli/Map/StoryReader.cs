using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Cli.Cluster;
using MultiEni.Cli.Explain;

namespace MultiEni.Cli.Map;

/// <summary>Tells the story of one ENI from what was read. Pure.</summary>
internal static class StoryReader
{
    // The page shows a list, not a log.
    private const int LongestList = 50;

    /// <summary>The story.</summary>
    /// <param name="attachment">Its ENIAttachment.</param>
    /// <param name="eni">The ENI as it is drawn.</param>
    /// <param name="events">Events of all objects.</param>
    /// <param name="pods">Pods of its node; null when they could not be read.</param>
    public static EniStory Read(EniAttachment attachment, MapEni eni, IEnumerable<MapEvent> events, IReadOnlyList<ClusterPod>? pods) =>
        new(
            eni,
            [
                .. (attachment.Status?.Conditions ?? [])
                    .OrderBy(condition => condition.Status == ConditionStatus.True)
                    .ThenByDescending(condition => condition.LastTransitionTime),
            ],
            ReasonGuide.Current.Find(eni.Reason) is { IsTrouble: true } entry ? entry : null,
            [.. events.Where(happened => Names(happened, eni)).OrderByDescending(happened => happened.Time).Take(LongestList)],
            pods is null ? null : Requesters(attachment, pods)
        );

    // Events are recorded on the NodeENI, whose ENIs they name by ID and node.
    private static bool Names(MapEvent happened, MapEni eni) =>
        happened.About == eni.Id
        || (
            happened.About == eni.NodeEni
            && (
                (eni.EniId is { } id && happened.Message.Contains(id, StringComparison.Ordinal))
                || happened.Message.Contains(eni.Node, StringComparison.Ordinal)
            )
        );

    private static List<string> Requesters(EniAttachment attachment, IReadOnlyList<ClusterPod> pods) =>
        attachment.Spec?.Device.ResourceName is not { } resource
            ? []
            :
            [
                .. pods.Where(pod => pod.Status.Phase is not ("Succeeded" or "Failed") && pod.Resources().Contains(resource))
                    .Select(pod => $"{pod.Metadata.Namespace}/{pod.Metadata.Name}")
                    .Order(StringComparer.Ordinal)
                    .Take(LongestList),
            ];
}
