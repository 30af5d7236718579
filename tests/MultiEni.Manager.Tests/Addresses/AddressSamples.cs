using System.Net;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Ipam.Protocol;
using MultiEni.Manager.Addresses;

namespace MultiEni.Manager.Tests.Addresses;

/// <summary>Small builders for what concerns pods' addresses.</summary>
internal static class AddressSamples
{
    public static EniAddresses Eni(string id = "eni-a", string nodeEni = "data", params string[] secondary) =>
        new()
        {
            Attachment = $"{nodeEni}.{id}",
            NodeEni = nodeEni,
            EniId = id,
            Links = ["ens6", id, $"nodeeni-{nodeEni}"],
            Device = A.Address,
            Mac = A.Mac,
            Primary = IPAddress.Parse("10.0.1.10"),
            Secondary = [.. secondary.Select(IPAddress.Parse)],
            Subnet = IPNetwork.Parse("10.0.1.0/24"),
        };

    public static PodAddressesSpec Growing(params string[] ranges) => new() { Warm = 1, FixedCidrs = [.. ranges] };

    public static IpamRequest Add(string container = "c1", string pod = "p1", string? link = "ens6", params string[] named) =>
        new()
        {
            Command = IpamCommands.Add,
            Network = "net",
            Plugin = "ipvlan",
            ContainerId = container,
            Interface = "net1",
            NetworkNamespace = $"/var/run/netns/{container}",
            PodNamespace = "default",
            PodName = pod,
            PodUid = $"uid-{pod}",
            Link = link,
            Addresses = [.. named],
        };

    public static IpamRequest Del(string container = "c1", string pod = "p1") => Add(container, pod) with { Command = IpamCommands.Del };

    public static AddressLease Lease(string container, string pod, string eni, params string[] addresses) =>
        new()
        {
            ContainerId = container,
            Interface = "net1",
            Network = "net",
            Pod = $"default/{pod}",
            PodUid = $"uid-{pod}",
            Attachment = $"data.{eni}",
            EniId = eni,
            Addresses = [.. addresses],
        };

    /// <summary>An attachment whose ENI has addresses.</summary>
    public static EniAttachment Attachment(string name, string eniId, int index, params string[] addresses) =>
        A.Attachment(name, DeviceUses.Plain) with
        {
            Spec = new EniAttachmentSpec
            {
                NodeName = "node-1",
                NodeEniRef = new() { Name = "data", Uid = "uid-data" },
            },
            Status = new EniAttachmentStatus
            {
                Network = new NetworkStatus
                {
                    State = EniState.Attached,
                    EniId = eniId,
                    AttachmentId = $"attach-{eniId}",
                    MacAddress = "02:00:00:00:00:06",
                    DeviceIndex = index,
                    PrivateIps = [.. addresses],
                    SubnetCidr = "10.0.1.0/24",
                },
                Device = new DeviceStatus
                {
                    AttachmentId = $"attach-{eniId}",
                    BootId = A.Boot,
                    InterfaceName = $"ens{index}",
                    PciAddress = "0000:00:06.0",
                },
            },
        };
}
