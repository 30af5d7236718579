using MultiEni.Api.EniAttachments;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Publishing;

namespace MultiEni.Manager.Tests;

/// <summary>Small builders.</summary>
internal static class A
{
    public const string Boot = "boot-1";
    public static readonly MacAddress Mac = MacAddress.Parse("02:00:00:00:00:06");
    public static readonly MacAddress OtherMac = MacAddress.Parse("02:00:00:00:00:07");
    public static readonly PciAddress Address = PciAddress.Parse("0000:00:06.0");
    public static readonly PciAddress OtherAddress = PciAddress.Parse("0000:00:07.0");
    public static readonly PciIds Ena = new("1d0f", "ec20");

    public static PciDevice Device(string address = "0000:00:06.0", string? driver = "ena", string? interfaceName = "ens6") =>
        new()
        {
            Address = PciAddress.Parse(address),
            Ids = Ena,
            Driver = driver,
            InterfaceName = interfaceName,
        };

    public static PciDevice BoundDevice(string address = "0000:00:06.0", string driver = "vfio-pci") =>
        Device(address, driver, null) with
        {
            IommuGroup = "0",
            NoIommu = true,
        };

    public static Link Link(int index, string name, string mac, bool up = true, int mtu = 9001) => new(index, name, mac, mtu, up, null, null);

    /// <summary>
    /// A node whose primary interface is ens5 (02:00:00:00:00:05, 10.0.0.5), with further devices
    /// and links.
    /// </summary>
    public static HostObservation Host(IEnumerable<PciDevice>? devices = null, IEnumerable<Link>? links = null, IEnumerable<Route>? routes = null) =>
        new(
            Boot,
            [Device("0000:00:05.0", "ena", "ens5"), .. devices ?? []],
            new NetworkState(
                [Link(2, "ens5", "02:00:00:00:00:05"), .. links ?? []],
                [new LinkAddress(2, "10.0.0.5", 24)],
                [new Route(4, 254, null, "10.0.0.1", 2, 512, 16), .. routes ?? []],
                []
            ),
            "2.14.1g"
        );

    /// <summary>As above with the ENI under test visible as ens6.</summary>
    public static HostObservation HostWithEni() => Host([Device()], [Link(3, "ens6", Mac.ToString())]);

    public static DeviceClaim Claim(string name = "a", MacAddress? mac = null) =>
        new()
        {
            Attachment = name,
            EniId = $"eni-{name}",
            Mac = mac ?? Mac,
            DeviceIndex = 1,
        };

    public static OfferedDevice Offer(string resource = "intel.com/dpdk_1", string address = "0000:00:06.0", string driver = "vfio-pci") =>
        new(ResourceName.Parse(resource), PciAddress.Parse(address), Ena, driver);

    public static EniAttachment Attachment(string name = "a", string use = DeviceUses.Bound) =>
        new()
        {
            Metadata = new()
            {
                Name = name,
                Uid = $"uid-{name}",
                Generation = 1,
                ResourceVersion = "10",
            },
            Spec = new EniAttachmentSpec
            {
                NodeName = "node-1",
                DeviceIndex = 1,
                Device = new DeviceSpec { Use = use, Driver = use == DeviceUses.Bound ? "vfio-pci" : null },
            },
            Status = new EniAttachmentStatus
            {
                Network = new NetworkStatus
                {
                    State = EniState.Attached,
                    EniId = $"eni-{name}",
                    AttachmentId = $"eni-attach-{name}",
                    MacAddress = Mac.ToString(),
                    DeviceIndex = 1,
                    NetworkCardIndex = 0,
                    PrivateIps = ["10.0.1.6"],
                },
            },
        };
}
