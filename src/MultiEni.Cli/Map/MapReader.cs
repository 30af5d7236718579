using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Cli.Status;
using MultiEni.Controller.Ec2.Limits;
using MultiEni.Controller.Planning;
using MultiEni.Operator.Events;

namespace MultiEni.Cli.Map;

/// <summary>What objects of the cluster look like on the page. Pure.</summary>
internal static class MapReader
{
    /// <summary>A node.</summary>
    public static MapNode Node(Node node)
    {
        var (zone, type) = (node.Metadata.Label(NodeIdentity.ZoneLabel), node.Metadata.Label(NodeIdentity.InstanceTypeLabel));
        return new MapNode(
            node.Metadata.Name,
            zone ?? (NodeIdentity.Of(node) is NodeIdentity.Ec2 { Zone.Length: > 0 } instance ? instance.Zone : null),
            type,
            node.Status.Conditions.Find("Ready") is not { Status: not ConditionStatus.True },
            type is null ? null : InstanceTypeTable.Types.GetValueOrDefault(type)?.Limits?.PerCard
        );
    }

    /// <summary>A NodeENI.</summary>
    public static MapNodeEni NodeEni(NodeEni nodeEni, DateTimeOffset now)
    {
        var item = StatusReader.Read([nodeEni], [], now).NodeEnis[0];
        return new MapNodeEni(item.Name, item.Health, item.Reason, item.Message, item.MatchedNodes, item.DesiredEnis, item.ReadyEnis);
    }

    /// <summary>An ENI; null for an ENIAttachment without a specification.</summary>
    /// <param name="attachment">The ENIAttachment.</param>
    /// <param name="claim">The claim that has its device, or null.</param>
    /// <param name="now">Some reasons become trouble with time.</param>
    public static MapEni? Eni(EniAttachment attachment, ClaimStatusItem? claim, DateTimeOffset now)
    {
        if (attachment.Spec is not { } spec)
        {
            return null;
        }

        var item = EniStatusItem.Of(attachment, now);
        var network = attachment.Status?.Network;
        return new MapEni(item.Attachment)
        {
            NodeEni = spec.NodeEniRef.Name,
            Node = spec.NodeName,
            Zone = network?.AvailabilityZone,
            Card = network?.NetworkCardIndex ?? spec.NetworkCardIndex,
            Slot = item.DeviceIndex,
            Health = item.Health,
            State = item.State,
            Reason = item.Reason,
            Message = item.Message,
            EniId = item.EniId,
            Mac = item.MacAddress,
            Addresses = [.. network?.PrivateIps ?? [], .. network?.Ipv6Addresses ?? [], .. network?.Prefixes ?? []],
            PublicAddress = network?.PublicIp,
            Subnet = spec.SubnetId,
            Interface = item.InterfaceName,
            Pci = item.PciAddress,
            Driver = item.Driver,
            Resource = item.Resource,
            Uses =
            [
                .. (item.Addresses?.Used ?? []).Select(used => new MapUse(used.Pod, used.Address, null)),
                .. (claim?.Pods ?? []).Select(pod => new MapUse($"{claim!.Namespace}/{pod}", null, claim.Name)),
            ],
        };
    }

    /// <summary>An event; null when it is about none of our objects.</summary>
    public static MapEvent? Event(KubernetesEvent happened) =>
        happened.InvolvedObject is { Kind: Names.NodeEniKind or Names.EniAttachmentKind, Name: { Length: > 0 } about }
        && (happened.LastTimestamp ?? happened.FirstTimestamp ?? happened.Metadata.CreationTimestamp) is { } time
            ? new MapEvent(
                happened.Metadata.Uid ?? happened.Metadata.Name,
                time,
                happened.Type == nameof(EventType.Warning),
                happened.Reason ?? "",
                happened.Message ?? "",
                about,
                happened.Count ?? 1
            )
            : null;
}
