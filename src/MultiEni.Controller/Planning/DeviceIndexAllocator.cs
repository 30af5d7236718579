using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;

namespace MultiEni.Controller.Planning;

/// <summary>
/// Decides which device index an ENI gets. The plan gives each ENI of a node a preferred one, which
/// is in its specification; when it is created or attached, it gets that one or the next above it
/// that nobody has. Pure: what is in use is read, and what is decided reserved, by others.
/// </summary>
internal static class DeviceIndexAllocator
{
    /// <summary>
    /// The base that a NodeENI asks for: on network card 0, where index 0 belongs to the primary
    /// interface, 0 stands for the default.
    /// </summary>
    public static int First(NodeEniSpec spec, int standard) => spec is { DeviceIndex: 0, NetworkCardIndex: 0 } ? standard : spec.DeviceIndex;

    /// <summary>A base as the annotation of an attachment tells it.</summary>
    public static string BaseOf(int first) => first.ToString();

    /// <summary>
    /// Whether an attachment that exists keeps its preferred index: as long as the base is the
    /// same. A subnet that comes or goes in front of others would move them all otherwise, which
    /// costs their replacement.
    /// </summary>
    public static bool Keeps(EniAttachment attachment, int first) =>
        attachment.Metadata.Annotations?.GetValueOrDefault(Names.DeviceIndexBase) == BaseOf(first);

    /// <summary>The index that an ENI of a node prefers: base + k for the k-th subnet.</summary>
    /// <param name="card">The network card.</param>
    /// <param name="first">The base.</param>
    /// <param name="position">Which of the node's subnets it is for: 0 for the first.</param>
    /// <param name="present">The attachment, if it exists.</param>
    /// <param name="planned">Indexes that other ENIs of the same plan prefer on the node.</param>
    /// <param name="maximum">The most ENIs that the card takes; null when that is not known.</param>
    public static int Preferred(int card, int first, int position, EniAttachment? present, IReadOnlySet<int> planned, int? maximum) =>
        present is not null && Keeps(present, first) ? present.Spec!.DeviceIndex : NextFree(card, first + position, planned, maximum);

    /// <summary>
    /// The index that an ENI is attached at; null when the instance has no room for it.
    /// </summary>
    /// <param name="card">The network card.</param>
    /// <param name="preferred">As planned.</param>
    /// <param name="used">
    /// Indexes in use or reserved on the instance's network card, by whomsoever.
    /// </param>
    /// <param name="maximum">
    /// The most ENIs that the card takes; null when that is not known.
    /// </param>
    public static int? Allocate(int card, int preferred, IReadOnlySet<int> used, int? maximum) =>
        used.Count >= maximum ? null : NextFree(card, preferred, used, maximum);

    private static int NextFree(int card, int preferred, IReadOnlySet<int> used, int? maximum)
    {
        var lowest = card == 0 ? 1 : 0;
        var index = FreeFrom(Math.Max(preferred, lowest), used);

        // Only the cards above 0 have no indexes beyond their limit
        // (docs/reference/ec2.md#instance-limits).
        return card > 0 && index >= maximum && FreeFrom(lowest, used) is var low && low < maximum ? low : index;
    }

    private static int FreeFrom(int index, IReadOnlySet<int> used)
    {
        while (used.Contains(index))
        {
            index++;
        }

        return index;
    }
}
