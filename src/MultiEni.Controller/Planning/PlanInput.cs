using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.Planning;

/// <summary>Everything the plan for one NodeENI depends on.</summary>
/// <param name="NodeEni">What the user wants.</param>
/// <param name="Nodes">The nodes that match its selector, in a stable order.</param>
/// <param name="Network">
/// Its subnets and groups; null when they could not be resolved, which plans nothing new and
/// deletes nothing.
/// </param>
/// <param name="Existing">The attachments that this NodeENI has.</param>
/// <param name="EnisOfOthers">
/// For an instance, the place of every attachment that other NodeENIs have on it.
/// </param>
/// <param name="AttachmentsIn">All attachments in a subnet, of whichever NodeENI.</param>
/// <param name="Limits">
/// Limits of an instance type; null when EC2 does not know it, or could not be asked.
/// </param>
internal sealed record PlanInput(
    NodeEni NodeEni,
    IReadOnlyList<PlannedNode> Nodes,
    ResolvedNetwork? Network,
    IReadOnlyList<EniAttachment> Existing,
    Func<string, IReadOnlyList<PlacedEni>> EnisOfOthers,
    Func<string, IEnumerable<EniAttachment>> AttachmentsIn,
    Func<string, InstanceTypeLimits?> Limits
)
{
    /// <summary>
    /// Device index for NodeENIs that say 0 of network card 0 (<c>DEFAULT_DEVICE_INDEX</c>).
    /// </summary>
    public int DefaultDeviceIndex { get; init; } = 1;

    /// <summary>
    /// Whether an ENI that the Go controller left is attached to an instance in a subnet already,
    /// so that it needs no address.
    /// </summary>
    public Func<string, string, bool> IsAdoptable { get; init; } = static (_, _) => false;

    /// <summary>
    /// Whether EC2 shows the ENI of an attachment, by its name; its status tells of it later.
    /// </summary>
    public Func<string, bool> IsMade { get; init; } = static _ => false;

    /// <summary>
    /// Whether EC2 said lately that a subnet has no room for an ENI of this NodeENI, whatever
    /// number of free addresses it tells.
    /// </summary>
    public Func<string, bool> HasNoRoom { get; init; } = static _ => false;

    /// <summary>
    /// ENIs of the NodeENI that are retained and unattached, and in no slot of an attachment unless
    /// one has claimed them.
    /// </summary>
    public IReadOnlyList<EniRow> Retained { get; init; } = [];

    /// <summary>The Elastic IPs that the NodeENI may use.</summary>
    public ElasticIps ElasticIps { get; init; } = ElasticIps.None;

    /// <summary>Those that attachments of other NodeENIs name.</summary>
    public Func<IEnumerable<string>> ElasticIpsOfOthers { get; init; } = static () => [];

    /// <summary>Who has which Elastic IP, in the whole cluster.</summary>
    public Func<ElasticIpHolders> ElasticIpHolders { get; init; } = static () => Planning.ElasticIpHolders.Unknown;

    /// <summary>
    /// Why EC2 could not be asked for the limits of some types; null when it was, or when nothing
    /// had to be asked.
    /// </summary>
    public string? LimitsUnavailable { get; init; }
}

/// <summary>What an ENI takes of its instance.</summary>
/// <param name="Card">A place on this network card.</param>
/// <param name="Queues">This many ENA queues of it; null for the default.</param>
internal readonly record struct PlacedEni(int Card, int? Queues)
{
    /// <summary>That of an attachment.</summary>
    public static PlacedEni Of(EniAttachment attachment) => new(attachment.Spec!.NetworkCardIndex, attachment.Spec.EnaQueueCount);
}
