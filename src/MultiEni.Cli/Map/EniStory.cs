using MultiEni.Api.Kubernetes;
using MultiEni.Cli.Explain;

namespace MultiEni.Cli.Map;

/// <summary>All that is known of one ENI, for the reader who asks why.</summary>
/// <param name="Eni">The ENI as it is drawn.</param>
/// <param name="Conditions">Its conditions, those that do not hold first.</param>
/// <param name="Explanation">What its reason means, as <c>kubectl eni explain</c> says it; null when all is well.</param>
/// <param name="Events">Events that name it, the newest first.</param>
/// <param name="Requesters">
/// Pods of its node that request its resource: which device of a resource a pod has only its
/// kubelet knows. Null when pods could not be read.
/// </param>
internal sealed record EniStory(
    MapEni Eni,
    IReadOnlyList<Condition> Conditions,
    ReasonEntry? Explanation,
    IReadOnlyList<MapEvent> Events,
    IReadOnlyList<string>? Requesters
);
