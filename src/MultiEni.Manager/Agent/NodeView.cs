using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Operator.Informers;

namespace MultiEni.Manager.Agent;

/// <summary>What Kubernetes says about this node: its object and its attachments.</summary>
internal sealed class NodeView(IObjectCache<EniAttachment> attachments, IObjectCache<Node> nodes, string nodeName)
{
    /// <summary>
    /// The node's attachments. The label may be a hash, so the name itself decides.
    /// </summary>
    public IReadOnlyList<EniAttachment> Attachments => [.. attachments.List().Where(attachment => attachment.Spec?.NodeName == nodeName)];

    /// <summary>What the node counts, or null while it is not known.</summary>
    public IReadOnlyDictionary<string, string>? Allocatable => Node?.Status.Allocatable;

    /// <summary>The node's InternalIP addresses, or null while it is not known.</summary>
    public IReadOnlyList<string>? Addresses =>
        Node is { } node
            ? [.. (node.Status.Addresses ?? []).Where(address => address.Type == "InternalIP").Select(address => address.Address)]
            : null;

    /// <summary>Why the node is about to go away; null when it stays (S9).</summary>
    public string? NodeIsLeaving =>
        Node is not { } node ? null
        : node.Metadata.IsBeingDeleted ? "it is being deleted"
        : node.Spec.Taints?.Find(taint => LeavingTaints.Contains(taint.Key)) is { } taint ? $"it has the taint {taint.Key}"
        : null;

    // Cluster Autoscaler's and Karpenter's, before they terminate the machine.
    private static readonly string[] LeavingTaints = ["ToBeDeletedByClusterAutoscaler", "karpenter.sh/disrupted"];

    private Node? Node => nodes.Get(ObjectKey.Cluster(nodeName));

    /// <summary>An attachment of this node, or null.</summary>
    public EniAttachment? Attachment(string name) =>
        attachments.Get(ObjectKey.Cluster(name)) is { } attachment && attachment.Spec?.NodeName == nodeName ? attachment : null;

    /// <summary>Whether a link could be that of an attachment's ENI.</summary>
    /// <param name="name">The link.</param>
    /// <param name="seen">The host as it was seen last; null when it was not.</param>
    public bool HasLink(string name, HostObservation? seen)
    {
        if (seen is null)
        {
            return true;
        }

        // One that is not known yet announces itself.
        return seen.Network.Links.FirstOrDefault(link => link.Name == name) is { } link
            && Attachments.Any(attachment =>
                attachment.Status?.Network is { EniId.Length: > 0 } network
                && (!MacAddress.TryParse(network.MacAddress, out var mac) || (MacAddress.TryParse(link.MacAddress, out var own) && own == mac))
            );
    }

    /// <summary>What is known of an attachment's ENI for finding its device.</summary>
    /// <param name="attachment">The attachment.</param>
    /// <param name="bootId">The present boot: what was said in another one does not count.</param>
    /// <param name="journaled">What the journal of this boot says of the ENI's device.</param>
    /// <param name="mayEliminate">Whether devices without an interface are candidates.</param>
    public static DeviceClaim Claim(EniAttachment attachment, string bootId, JournalEntry? journaled, bool mayEliminate)
    {
        var network = attachment.Status?.Network;
        var report = attachment.Status?.Device;
        return new DeviceClaim
        {
            Attachment = attachment.Metadata.Name,
            EniId = network?.EniId ?? "",
            Mac = MacAddress.TryParse(network?.MacAddress, out var mac) ? mac : null,
            GivenAddress = PciAddress.TryParse(attachment.Spec?.Device.PciAddress, out var given) ? given : null,
            JournalAddress = journaled is null ? null : PciAddress.Parse(journaled.PciAddress),
            JournalDriver = journaled is { Phase: JournalPhase.Bound } ? journaled.TargetDriver : null,
            ReportedAddress = report?.BootId == bootId && PciAddress.TryParse(report.PciAddress, out var reported) ? reported : null,
            ReportedDriver = report?.Driver,
            DeviceIndex = network?.DeviceIndex,
            MayEliminate = mayEliminate,
        };
    }
}
