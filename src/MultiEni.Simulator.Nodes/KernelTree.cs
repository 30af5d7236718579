using System.Globalization;

namespace MultiEni.Simulator.Nodes;

/// <summary>
/// What stands behind each path under /sys, /proc and /dev of a simulated node. Follows no links.
/// Guarded by its host's lock.
/// </summary>
internal sealed class KernelTree(
    SimulatedHostOptions options,
    DriverCore drivers,
    KernelModules modules,
    NetworkStack network,
    NodeFaults faults,
    Func<string> bootId
)
{
    // What every kernel calls the first process namespace.
    private const string HostProcesses = "pid:[4026531836]";

    private const string Devices = "/sys/bus/pci/devices/";
    private const string Drivers = "/sys/bus/pci/drivers/";
    private const string Groups = "/sys/kernel/iommu_groups/";

    /// <summary>What is at a path of real names, or null.</summary>
    internal KernelNode? Lookup(string[] parts) =>
        parts switch
        {
            [] => Directory("dev", "proc", "sys"),
            ["sys", .. var rest] => Sys(rest),
            ["proc", .. var rest] => Proc(rest),
            ["dev", .. var rest] => Dev(rest),
            _ => null,
        };

    private KernelNode? Sys(string[] parts) =>
        parts switch
        {
            [] => Directory("bus", "class", "kernel", "module"),
            ["bus"] => Directory("pci"),
            ["bus", "pci"] => Directory("devices", "drivers", "drivers_probe"),
            ["bus", "pci", "drivers_probe"] => new KernelNode.WriteOnly(),
            ["bus", "pci", "devices"] => new KernelNode.Directory(drivers.Devices.Keys),
            ["bus", "pci", "devices", var address, .. var rest] when drivers.Find(address) is { } device => Device(device, rest),
            ["bus", "pci", "drivers"] => new KernelNode.Directory(PciDrivers.Names.Where(modules.HasDriver)),
            ["bus", "pci", "drivers", var driver, .. var rest] when modules.HasDriver(driver) => Driver(driver, rest),
            ["class"] => Directory("iommu", "net", "uio", "vfio"),
            ["class", "uio" or "vfio", var name, "dev"] when Character(name) is { } device => new KernelNode.File(device.Number),
            ["class", "iommu"] => options.Iommu is IommuKind.None ? Directory() : Directory("dmar0"),
            ["class", "iommu", "dmar0"] when options.Iommu is not IommuKind.None => Directory(),
            ["class", "net"] => new KernelNode.Directory(network.Links.Select(link => link.Name)),
            ["class", "net", var name, .. var rest] when network.Links.FirstOrDefault(link => link.Name == name) is { } link => NetworkInterface(
                link,
                rest
            ),
            ["kernel"] => Directory("iommu_groups", "security"),
            ["kernel", "security"] => Directory("lockdown"),
            ["kernel", "security", "lockdown"] => new KernelNode.File(options.Lockdown),
            ["kernel", "iommu_groups"] => new KernelNode.Directory(
                drivers.Devices.Values.Select(device => device.IommuGroup).OfType<int>().Distinct().Select(Number)
            ),
            ["kernel", "iommu_groups", var number, .. var rest] when Group(number) is { Count: > 0 } members => IommuGroup(members, rest),
            ["module"] => new KernelNode.Directory(modules.Loaded),
            ["module", var name, .. var rest] when modules.IsLoaded(name) => Module(name, rest),
            _ => null,
        };

    private KernelNode? Device(PciDevice device, string[] parts) =>
        parts switch
        {
            [] => new KernelNode.Directory(DeviceEntries(device)),
            ["vendor"] => new KernelNode.File("0x" + device.Vendor),
            ["device"] => new KernelNode.File("0x" + device.DeviceId),
            ["class"] => new KernelNode.File("0x" + device.Class),
            ["numa_node"] => new KernelNode.File(options.NumaNode.ToString(CultureInfo.InvariantCulture), Writable: true),
            ["driver_override"] => new KernelNode.File(device.Override ?? "(null)", Writable: true),
            ["uevent"] => new KernelNode.File(Uevent(device), Writable: true),
            ["subsystem"] => new KernelNode.Link("../../../../bus/pci", "/sys/bus/pci"),
            ["driver"] when device.DriverLink is { } driver => new KernelNode.Link($"../../../../bus/pci/drivers/{driver}", Drivers + driver),
            ["iommu_group"] when device.IommuGroup is { } group => new KernelNode.Link($"../../../../kernel/iommu_groups/{group}", Groups + group),
            ["net"] when device.DriverLink == PciDrivers.Ena => new KernelNode.Directory(LinkOf(device) is { } link ? [link.Name] : []),
            ["net", var name, .. var rest] when LinkOf(device) is { } link && link.Name == name => NetworkInterface(link, rest),
            ["uio"] when device.UioNumber is { } uio => Directory($"uio{uio}"),
            ["uio", var name] when device.UioNumber is { } uio && name == $"uio{uio}" => Directory(),
            _ => null,
        };

    private static IEnumerable<string> DeviceEntries(PciDevice device)
    {
        string?[] entries =
        [
            "class",
            "device",
            device.DriverLink is null ? null : "driver",
            "driver_override",
            device.IommuGroup is null ? null : "iommu_group",
            device.DriverLink == PciDrivers.Ena ? "net" : null,
            "numa_node",
            "subsystem",
            "uevent",
            device.UioNumber is null ? null : "uio",
            "vendor",
        ];
        return entries.OfType<string>();
    }

    private static string Uevent(PciDevice device)
    {
        var id = $"{device.Vendor}:{device.DeviceId}".ToUpperInvariant();
        var driver = device.Driver is null ? "" : $"DRIVER={device.Driver}\n";
        return $"{driver}PCI_CLASS={device.Class.TrimStart('0')}\nPCI_ID={id}\nPCI_SUBSYS_ID={id}\nPCI_SLOT_NAME={device.Address}\nMODALIAS={device.ModelAlias}";
    }

    private KernelNode? Driver(string driver, string[] parts) =>
        parts switch
        {
            [] => new KernelNode.Directory(
                drivers
                    .Devices.Values.Where(device => device.DriverLink == driver)
                    .Select(device => device.Address)
                    .Concat(["bind", "module", "uevent", "unbind"])
            ),
            ["bind" or "unbind" or "uevent"] => new KernelNode.WriteOnly(),
            ["module"] when PciDrivers.ModuleOf(driver) is { } module => new KernelNode.Link($"../../../../module/{module}", $"/sys/module/{module}"),
            [var address] when drivers.Find(address)?.DriverLink == driver => new KernelNode.Link(
                $"../../../../devices/pci0000:00/{address}",
                Devices + address
            ),
            _ => null,
        };

    private KernelNode? NetworkInterface(SimulatedLink link, string[] parts) =>
        parts switch
        {
            [] => new KernelNode.Directory(InterfaceEntries(link)),
            ["address"] => new KernelNode.File(link.MacAddress),
            ["mtu"] => new KernelNode.File(Number(link.Mtu), Writable: true),
            ["operstate"] => new KernelNode.File(
                link.Name == "lo" ? "unknown"
                : link.Up ? "up"
                : "down"
            ),
            ["ifindex"] => new KernelNode.File(Number(link.Index)),
            ["device"] when DeviceOf(link) is { } device => new KernelNode.Link($"../../../{device.Address}", Devices + device.Address),
            ["master"] when link.MasterIndex is { } index && network.Link(index) is { } master => new KernelNode.Link(
                $"../{master.Name}",
                $"/sys/class/net/{master.Name}"
            ),
            [var name] when InterfaceRelations(link).Contains(name, StringComparer.Ordinal) => new KernelNode.Link(
                $"../{name[6..]}",
                $"/sys/class/net/{name[6..]}"
            ),
            _ => null,
        };

    private IEnumerable<string> InterfaceEntries(SimulatedLink link)
    {
        string?[] entries =
        [
            "address",
            DeviceOf(link) is null ? null : "device",
            "ifindex",
            link.MasterIndex is null ? null : "master",
            "mtu",
            "operstate",
        ];
        return entries.OfType<string>().Concat(InterfaceRelations(link));
    }

    private IEnumerable<string> InterfaceRelations(SimulatedLink link) =>
        network
            .Links.Where(other => other.Index == link.LowerIndex)
            .Select(lower => $"lower_{lower.Name}")
            .Concat(network.Links.Where(other => other.LowerIndex == link.Index).Select(upper => $"upper_{upper.Name}"));

    private static KernelNode? IommuGroup(List<PciDevice> members, string[] parts) =>
        parts switch
        {
            [] => members[0].HasFakeGroup ? Directory("devices", "name") : Directory("devices", "type"),
            ["name"] when members[0].HasFakeGroup => new KernelNode.File("vfio-noiommu"),
            ["type"] when !members[0].HasFakeGroup => new KernelNode.File("DMA"),
            ["devices"] => new KernelNode.Directory(members.Select(member => member.Address)),
            ["devices", var address] when members.Any(member => member.Address == address) => new KernelNode.Link(
                $"../../../../devices/pci0000:00/{address}",
                Devices + address
            ),
            _ => null,
        };

    private KernelNode? Module(string name, string[] parts) =>
        parts switch
        {
            [] => name switch
            {
                "vfio" => Directory("initstate", "parameters"),
                "ena" => Directory("initstate", "version"),
                "vfio_pci" => Directory("initstate", "taint"),
                _ => Directory("initstate"),
            },
            ["initstate"] => new KernelNode.File("live"),
            ["taint"] when name == "vfio_pci" => new KernelNode.File(options.PatchedVfio ? "OE" : ""),
            ["version"] when name == "ena" => new KernelNode.File(modules.EnaVersion),
            ["parameters"] when name == "vfio" => modules.HasNoIommuParameter ? Directory("enable_unsafe_noiommu_mode") : Directory(),
            ["parameters", "enable_unsafe_noiommu_mode"] when name == "vfio" && modules.HasNoIommuParameter => new KernelNode.File(
                modules.NoIommuEnabled ? "Y" : "N",
                Writable: true
            ),
            _ => null,
        };

    private KernelNode? Proc(string[] parts) =>
        parts switch
        {
            [] => new KernelNode.Directory(Holds.Select(hold => Number(hold.Process)).Concat(["modules", "net", "self", "sys"])),
            ["self", "ns", "pid"] => new KernelNode.Link(HostProcesses, ""),
            [var process, .. var rest] when Holds.FirstOrDefault(hold => Number(hold.Process) == process) is { } hold => Process(hold, rest),
            ["net"] => Directory("dev"),
            ["net", "dev"] => new KernelNode.File(Traffic()),
            ["modules"] => new KernelNode.File(string.Join('\n', modules.Loaded.Select(module => $"{module} 16384 0 - Live 0x0000000000000000"))),
            ["sys", "kernel", "random", "boot_id"] => new KernelNode.File(bootId()),
            ["sys", "net", "ipv4", "conf", var name, "rp_filter"] when network.PathFilter(name) is { } mode => new KernelNode.File(
                mode,
                Writable: true
            ),
            ["sys", "kernel", "tainted"] => new KernelNode.File(drivers.Tainted ? "64" : "0", Writable: true),
            _ => null,
        };

    // No packet passes here, as net/core/net-procfs.c writes it.
    private string Traffic() =>
        string.Join(
            '\n',
            network
                .Links.Select(link =>
                    $"{link.Name, 6}:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0"
                )
                .Prepend(" face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed")
                .Prepend("Inter-|   Receive                                                |  Transmit")
        );

    private IEnumerable<DeviceHold> Holds => drivers.Devices.Values.Select(device => device.Hold).OfType<DeviceHold>();

    private KernelNode? Process(DeviceHold hold, string[] parts) =>
        (parts, drivers.Find(hold.Address)) switch
        {
            (["comm"], _) => new KernelNode.File(DeviceHold.Program),
            (["fd" or "fdinfo"], _) => Directory("0", "3"),
            (["fdinfo", "0" or "3"], _) => new KernelNode.File("pos:\t0\nflags:\t02100002\nmnt_id:\t25"),
            (["fd", "0"], _) => new KernelNode.Link("/dev/null", "/dev/null"),
            (["fd", "3"], { UioNumber: { } uio }) => new KernelNode.Link($"/dev/uio{uio}", $"/dev/uio{uio}"),
            (["fd", "3"], { IommuGroup: not null } device) => new KernelNode.Link($"/dev/vfio/{GroupNode(device)}", $"/dev/vfio/{GroupNode(device)}"),
            _ => null,
        };

    private KernelNode? Dev(string[] parts) =>
        parts switch
        {
            _ when faults.HidesDeviceNodes => null,
            ["vfio"] when modules.IsLoaded("vfio") => new KernelNode.Directory(
                drivers
                    .Devices.Values.Where(device => device is { Driver: PciDrivers.Vfio, IommuGroup: not null })
                    .Select(GroupNode)
                    .Distinct(StringComparer.Ordinal)
                    .Append("vfio")
            ),
            ["vfio", "vfio"] when modules.IsLoaded("vfio") => new KernelNode.Device("10:196"),
            ["vfio", var name] when VfioGroup(name) is not null => Character(name),
            [var name] => Character(name) is { Group: null } device ? device : null,
            _ => null,
        };

    // The kernel chooses the major numbers when it boots, from the top of their range.
    private KernelNode.Device? Character(string name) =>
        VfioGroup(name) is { } group ? new KernelNode.Device($"511:{group}", group)
        : drivers.Devices.Values.FirstOrDefault(device => device.UioNumber is { } uio && name == $"uio{uio}") is { } device
            ? new KernelNode.Device($"510:{device.UioNumber}")
        : null;

    private int? VfioGroup(string name) =>
        drivers
            .Devices.Values.FirstOrDefault(device => device is { Driver: PciDrivers.Vfio, IommuGroup: not null } && GroupNode(device) == name)
            ?.IommuGroup;

    private static string GroupNode(PciDevice device) => device.HasFakeGroup ? $"noiommu-{device.IommuGroup}" : Number(device.IommuGroup!.Value);

    private List<PciDevice> Group(string number) =>
        int.TryParse(number, CultureInfo.InvariantCulture, out var group) ? [.. drivers.Group(group)] : [];

    private SimulatedLink? LinkOf(PciDevice device) => device.LinkIndex is { } index ? network.Link(index) : null;

    private PciDevice? DeviceOf(SimulatedLink link) => drivers.Devices.Values.FirstOrDefault(device => device.LinkIndex == link.Index);

    private static KernelNode.Directory Directory(params string[] names) => new(names);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
