using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;

namespace MultiEni.Manager.Links;

/// <summary>What the link of an ENI is to have beside its state and its MTU.</summary>
internal sealed record LinkPlan
{
    /// <summary>Nothing of ours.</summary>
    public static LinkPlan Nothing { get; } = new();

    /// <summary>Its alternative names.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>The ENI's addresses for users of the host's network; null for none.</summary>
    public HostAddressPlan? Addresses { get; init; }
}

/// <summary>An ENI's addresses on the host's link.</summary>
internal sealed record HostAddressPlan
{
    /// <summary>The addresses, IPv4 and IPv6.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>IPv4 range of the subnet; null when the ENI has no IPv4 address.</summary>
    public string? SubnetCidr { get; init; }

    /// <summary>
    /// The addresses that an attachment asks for on the host; null when it asks for none, or EC2's
    /// answer is not on record yet.
    /// </summary>
    /// <param name="attachment">The attachment.</param>
    /// <param name="ofPods">
    /// Addresses that pods have from before the host was to have them; it gets them when the pods
    /// have ended. Null when that is unknown.
    /// </param>
    /// <param name="present">Addresses that the link has of this program's.</param>
    public static HostAddressPlan? Of(EniAttachment attachment, IReadOnlySet<string>? ofPods, IReadOnlyCollection<string> present)
    {
        if (attachment is not { Spec: { HostAddressing: HostAddressings.Managed } spec, Status.Network: { } network })
        {
            return null;
        }

        // Pods have the others.
        var most = spec.PodAddresses is null ? int.MaxValue : 1;
        var ipv4 = network.PrivateIps ?? [];
        var addresses = ipv4.Take(most)
            .Concat((network.Ipv6Addresses ?? []).Take(most))
            .Where(address => IsFree(address) || address == ipv4.FirstOrDefault())
            .ToList();
        return addresses.Count == 0 ? null : new HostAddressPlan { Addresses = addresses, SubnetCidr = network.SubnetCidr };

        // While nobody knows what pods have, the host neither gets nor loses any.
        bool IsFree(string address) => ofPods is null ? present.Contains(address) : !ofPods.Contains(address);
    }
}

/// <summary>
/// Where an ENI's routes and rules stand: away from the tables of the VPC CNI (up to some dozens), of
/// amazon-ec2-net-utils and nodeadm (from 10000 on), and behind the rules of the VPC CNI (512 to
/// 1536) but before the main table (32766).
/// </summary>
internal static class HostTables
{
    /// <summary>The first table, and the priority of the rules that lead there.</summary>
    public const int First = 21_000;

    private const int OfOneCard = 100;

    /// <summary>An ENI's table, which is also the priority of its rules.</summary>
    /// <param name="card">Its network card.</param>
    /// <param name="deviceIndex">Its device index.</param>
    public static int Of(int card, int deviceIndex) => First + (OfOneCard * card) + deviceIndex;

    /// <summary>An attachment's table; null while EC2 has not attached it.</summary>
    public static int? Of(EniAttachment attachment) =>
        attachment.Status?.Network is { DeviceIndex: { } index } network ? Of(network.NetworkCardIndex ?? 0, index) : null;
}
