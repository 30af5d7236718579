using MultiEni.Api.EniAttachments;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Counters;

/// <summary>An ENI of this node, and where its numbers can be read.</summary>
internal sealed record CountedEni
{
    /// <summary>Its attachment.</summary>
    public required string Attachment { get; init; }

    /// <summary>Its ID.</summary>
    public required string EniId { get; init; }

    /// <summary>Its NodeENI.</summary>
    public required string NodeEni { get; init; }

    /// <summary>Its subnet.</summary>
    public required string SubnetId { get; init; }

    /// <summary>Its device; null while that is not known in this boot.</summary>
    public PciAddress? Device { get; init; }

    /// <summary>
    /// Its interface in the host's network namespace; null when it has none there, because a pod has
    /// it or a user-space driver has the device.
    /// </summary>
    public string? InterfaceName { get; init; }

    /// <summary>Its device as it is, if a user-space driver has it; otherwise null.</summary>
    public PciDevice? Bound { get; init; }

    /// <summary>
    /// Whether pods can get the device itself, so that the kubelet may know who has it.
    /// </summary>
    public bool IsForPods { get; init; }

    /// <summary>The ENIs that are attached, in the order of their IDs. Pure.</summary>
    /// <param name="attachments">The node's attachments.</param>
    /// <param name="host">The host as it was seen last.</param>
    public static IReadOnlyList<CountedEni> Of(IEnumerable<EniAttachment> attachments, HostObservation host) =>
        [
            .. attachments
                .Where(attachment => attachment is { Spec: not null, Status.Network.EniId.Length: > 0 })
                .Where(attachment => EniState.IsAttached(attachment.Status!.Network!.State))
                .Select(attachment => Of(attachment, host))
                .OrderBy(eni => eni.EniId, StringComparer.Ordinal),
        ];

    /// <summary>The pod that has the ENI, if it is one alone; several share an ENI by their addresses.</summary>
    /// <param name="devices">The devices that pods have, as the kubelet tells.</param>
    /// <param name="addressed">The pods that have addresses of the ENI, as <c>namespace/name</c>.</param>
    public string? PodOf(IEnumerable<(string DeviceId, string Pod)> devices, IEnumerable<string> addressed)
    {
        var device = Device?.ToString();
        var pods = devices.Where(held => held.DeviceId == device).Select(held => held.Pod).Concat(addressed).Distinct(StringComparer.Ordinal).Take(2);
        return pods.ToList() is [var only] ? only : null;
    }

    private static CountedEni Of(EniAttachment attachment, HostObservation host)
    {
        var (spec, network) = (attachment.Spec!, attachment.Status!.Network!);
        // Where a device was in another boot, or under another attachment, says nothing.
        var reported =
            attachment.Status.Device is { } device && device.AttachmentId == network.AttachmentId && device.BootId == host.BootId ? device : null;
        PciAddress? address = PciAddress.TryParse(reported?.PciAddress, out var parsed) ? parsed : null;
        var seen = address is { } known ? host.DeviceAt(known) : null;
        var isTheEni =
            seen is not null && (!MacAddress.TryParse(network.MacAddress, out var mac) || host.MacOf(seen) is not { } shown || shown == mac);
        return new CountedEni
        {
            Attachment = attachment.Metadata.Name,
            EniId = network.EniId!,
            NodeEni = spec.NodeEniRef.Name,
            SubnetId = spec.SubnetId,
            Device = isTheEni ? address : null,
            InterfaceName = isTheEni ? seen!.InterfaceName : null,
            Bound = isTheEni && seen!.IsHeldByDpdk ? seen : null,
            IsForPods = spec.Device.Use != DeviceUses.Plain,
        };
    }
}
