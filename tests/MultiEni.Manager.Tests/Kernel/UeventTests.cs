using System.Text;
using MultiEni.Manager.Host;
using MultiEni.Manager.Host.Kernel.Netlink;

namespace MultiEni.Manager.Tests.Kernel;

public sealed class UeventTests
{
    [Fact]
    public void A_PCI_device_is_named_by_its_address() =>
        Assert.Equal(
            new HostEvent("add", "pci", "0000:00:06.0"),
            Decode(
                "add@/devices/pci0000:00/0000:00:06.0",
                "ACTION=add",
                "DEVPATH=/devices/pci0000:00/0000:00:06.0",
                "SUBSYSTEM=pci",
                "PCI_ID=1D0F:EC20",
                "PCI_SLOT_NAME=0000:00:06.0",
                "SEQNUM=1234"
            )
        );

    [Fact]
    public void An_interface_is_named_by_its_name_even_when_it_sits_on_a_PCI_device() =>
        Assert.Equal(
            new HostEvent("move", "net", "ens6"),
            Decode(
                "move@/devices/pci0000:00/0000:00:06.0/net/ens6",
                "ACTION=move",
                "SUBSYSTEM=net",
                "DEVPATH_OLD=/devices/pci0000:00/0000:00:06.0/net/eth1",
                "INTERFACE=ens6",
                "IFINDEX=3"
            )
        );

    [Theory]
    [InlineData("bind")]
    [InlineData("unbind")]
    [InlineData("remove")]
    [InlineData("change")]
    public void The_action_is_the_kernels(string action) =>
        Assert.Equal(
            new HostEvent(action, "pci", "0000:00:06.0"),
            Decode($"{action}@/devices/x", $"ACTION={action}", "SUBSYSTEM=pci", "PCI_SLOT_NAME=0000:00:06.0")
        );

    [Fact]
    public void Vfio_that_begins_to_let_a_device_go_is_a_change_of_that_device()
    {
        const string path = "/devices/pci0000:00/0000:00:01.0/0000:00:06.0/vfio-dev/vfio0";
        Assert.Equal(
            new HostEvent("change", "pci", "0000:00:06.0"),
            Decode($"remove@{path}", "ACTION=remove", $"DEVPATH={path}", "SUBSYSTEM=vfio-dev", "DEVNAME=vfio/devices/vfio0")
        );
        Assert.Null(Decode($"add@{path}", "ACTION=add", $"DEVPATH={path}", "SUBSYSTEM=vfio-dev"));
        Assert.Null(Decode("remove@/devices/x", "ACTION=remove", "DEVPATH=/devices/x", "SUBSYSTEM=vfio-dev"));
    }

    [Fact]
    public void Other_subsystems_actions_and_senders_are_not_for_us()
    {
        Assert.Null(Decode("add@/devices/x", "ACTION=add", "SUBSYSTEM=queues", "INTERFACE=ens6"));
        Assert.Null(Decode("online@/devices/x", "ACTION=online", "SUBSYSTEM=pci", "PCI_SLOT_NAME=0000:00:06.0"));
        Assert.Null(Decode("add@/devices/x", "ACTION=add", "SUBSYSTEM=pci"));
        // udev repeats announcements with a header of its own.
        Assert.Null(Decode("libudev", "ACTION=add", "SUBSYSTEM=pci", "PCI_SLOT_NAME=0000:00:06.0"));
        Assert.Null(Uevent.Decode([]));
    }

    private static HostEvent? Decode(params string[] fields) => Uevent.Decode(Encoding.UTF8.GetBytes(string.Join('\0', fields) + '\0'));
}
