using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Manager.Claims.Slices;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Tests.Claims;

/// <summary>Small builders of devices that claims may get.</summary>
internal static class Sample
{
    public const string Node = "node-1";

    public static readonly OwnerReference Owner = new()
    {
        ApiVersion = "v1",
        Kind = "Node",
        Name = Node,
        Uid = "uid-node-1",
        Controller = true,
    };

    public static EniAttachment Attachment(string name = "a")
    {
        var attachment = A.Attachment(name);
        attachment.Spec!.NodeEniRef.Name = "dpdk";
        attachment.Spec.SubnetId = "subnet-1";
        attachment.Spec.SecurityGroupIds = ["sg-b", "sg-a"];
        var network = attachment.Status!.Network!;
        network.SubnetCidr = "10.0.1.0/24";
        network.AvailabilityZone = "eu-central-1a";
        network.Ipv6Addresses = ["2001:db8::6"];
        network.SubnetIpv6Cidr = "2001:db8::/64";
        return attachment;
    }

    /// <summary>
    /// A device of an ENI named <c>eni-NAME</c>; held by its kernel driver unless said otherwise.
    /// </summary>
    public static ClaimableDevice Device(string name = "a", string address = "0000:00:06.0", string driver = "ena", string? resource = null) =>
        new(
            A.Offer(resource ?? "intel.com/dpdk_1", address, driver),
            EniFacts.Of(Attachment(name)),
            new HostFacts
            {
                NumaNode = 0,
                PcieRoot = "pci0000:00",
                BehindIommu = true,
                Mtu = 9001,
            }
        );

    public static SliceEntry Entry(string name = "a", DeviceStanding? standing = null, bool claimed = false) =>
        new(Device(name), standing ?? new DeviceStanding.Ready(), claimed);

    public static DeviceStanding Gone { get; } = new DeviceStanding.Gone(new Blocker(Reasons.DeviceRemoved, "gone"));

    public static DeviceStanding Driverless { get; } = new DeviceStanding.Unusable(new Blocker(Reasons.Driverless, "no driver"));
}
