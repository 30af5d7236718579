using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.ResourceClaims;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Settings;

namespace MultiEni.Manager.Steps;

/// <summary>
/// What an attachment asks of the node: its specification, then the node's defaults by interface,
/// then those for all.
/// </summary>
internal static class DesiredDeviceReader
{
    /// <summary>Reads the desired.</summary>
    /// <param name="attachment">The attachment.</param>
    /// <param name="interfaceName">
    /// The interface, or its name before the device was bound; null when never seen.
    /// </param>
    /// <param name="settings">The node's defaults.</param>
    public static DesiredDevice Read(EniAttachment attachment, string? interfaceName, ManagerSettings settings)
    {
        var spec = attachment.Spec ?? new EniAttachmentSpec();
        var network = attachment.Status?.Network;
        var name = ResourceText(attachment, interfaceName, settings);
        ResourceName? resource = ResourceName.TryParse(name, null, out var parsed) ? parsed : null;
        var problem = ProblemOf(name, resource, settings);
        var mtu = Mtu(spec.Mtu, interfaceName, settings);
        return new DesiredDevice
        {
            Use = spec.Device.Use,
            Driver = spec.Device.Use == DeviceUses.Bound ? Or(spec.Device.Driver, settings.DefaultDriver) : "",
            IsBoundWhenClaimed = spec.Device.ClaimDriver is not null,
            Mtu = mtu,
            Resource = problem.Length == 0 ? resource : null,
            ResourceProblem = problem,
            EniId = network?.EniId ?? "",
            Network = NetworkOf(attachment, mtu),
            NetworkState = network?.State ?? EniState.Pending,
            Deleting = attachment.Metadata.IsBeingDeleted,
            HasFinalizer = attachment.Metadata.HasFinalizer(Names.DeviceFinalizer),
        };
    }

    // Not what the interface has by chance: the same must be told after each restart.
    private static IReadOnlyDictionary<string, string> NetworkOf(EniAttachment attachment, int mtu) =>
        EniNetwork.Of(attachment) is { } network
            ? (network with { Mtu = mtu > 0 ? mtu : null }).Fixed()
            : new Dictionary<string, string>(StringComparer.Ordinal);

    private static string ResourceText(EniAttachment attachment, string? interfaceName, ManagerSettings settings)
    {
        if (attachment.Spec?.Device.ResourceName is { Length: > 0 } asked)
        {
            return asked;
        }

        return interfaceName is not null && settings.ResourceNames.TryGetValue(interfaceName, out var byInterface)
            ? byInterface
            : $"{Names.DefaultResourceName}{attachment.Status?.Network?.DeviceIndex ?? attachment.Spec?.DeviceIndex ?? 1}";
    }

    // The class of a resource, and Multus, find a device by the attribute with the name.
    private static string ProblemOf(string asked, ResourceName? resource, ManagerSettings settings) =>
        resource?.ToString() switch
        {
            null =>
                $"dpdkResourceName '{asked}' is not a resource name; write prefix/name with a DNS name and at most 63 letters, digits, hyphens or underscores.",
            { Length: > DeviceAttribute.LongestText } name when settings.DevicePublisher == PublisherChoice.Dra =>
                $"dpdkResourceName '{asked}' stands for '{name}', which has {name.Length} characters, and the attributes of devices that claims get have at most "
                    + $"{DeviceAttribute.LongestText}; shorten it.",
            _ => "",
        };

    private static int Mtu(int asked, string? interfaceName, ManagerSettings settings)
    {
        if (asked > 0)
        {
            return asked;
        }

        return interfaceName is not null && settings.InterfaceMtus.TryGetValue(interfaceName, out var byInterface)
            ? byInterface
            : settings.DefaultMtu;
    }

    private static string Or(string? value, string fallback) => string.IsNullOrEmpty(value) ? fallback : value;
}

/// <summary>What an attachment asks of the node, with the node's own defaults filled in.</summary>
internal sealed record DesiredDevice
{
    /// <summary>One of <see cref="DeviceUses"/>.</summary>
    public string Use { get; init; } = DeviceUses.Plain;

    /// <summary>The driver for <see cref="DeviceUses.Bound"/>.</summary>
    public string Driver { get; init; } = "";

    /// <summary>Whether the kernel has the device until a claim asks for DPDK.</summary>
    public bool IsBoundWhenClaimed { get; init; }

    /// <summary>MTU in bytes; 0 leaves the kernel's.</summary>
    public int Mtu { get; init; }

    /// <summary>
    /// The resource to offer the device under; null when the name that was asked for is none.
    /// </summary>
    public ResourceName? Resource { get; init; }

    /// <summary>What is wrong with the name that was asked for.</summary>
    public string ResourceProblem { get; init; } = "";

    /// <summary>The ENI.</summary>
    public string EniId { get; init; } = "";

    /// <summary>What programs are told of the ENI.</summary>
    public IReadOnlyDictionary<string, string> Network { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>One of <see cref="EniState"/>.</summary>
    public string NetworkState { get; init; } = EniState.Pending;

    /// <summary>Whether the attachment is to go away.</summary>
    public bool Deleting { get; init; }

    /// <summary>Whether the agent's finalizer holds it.</summary>
    public bool HasFinalizer { get; init; }
}
