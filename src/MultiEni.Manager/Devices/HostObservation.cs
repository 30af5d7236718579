using MultiEni.Manager.Host;

namespace MultiEni.Manager.Devices;

/// <summary>What the host shows at one moment: everything the decisions know of it.</summary>
/// <param name="BootId">The present boot.</param>
/// <param name="Devices">PCI network functions, sorted by address.</param>
/// <param name="Network">Links, addresses, routes and rules.</param>
/// <param name="EnaVersion">Version of the kernel's ena driver; null when it does not tell.</param>
internal sealed record HostObservation(string BootId, IReadOnlyList<PciDevice> Devices, NetworkState Network, string? EnaVersion)
{
    /// <summary>The device at an address, or null.</summary>
    public PciDevice? DeviceAt(PciAddress address)
    {
        foreach (var device in Devices)
        {
            if (device.Address == address)
            {
                return device;
            }
        }

        return null;
    }

    /// <summary>The same host with more known of one device.</summary>
    public HostObservation With(PciDevice known) =>
        this with
        {
            Devices = [.. Devices.Select(device => device.Address == known.Address ? known : device)],
        };

    /// <summary>The device's link, or null while the host's network namespace has none.</summary>
    public Link? LinkOf(PciDevice device)
    {
        return device.InterfaceName is null ? null : Network.Links.FirstOrDefault(link => link.Name == device.InterfaceName);
    }

    /// <summary>The hardware address that the device shows at present, or null.</summary>
    public MacAddress? MacOf(PciDevice device) => LinkOf(device) is { } link && MacAddress.TryParse(link.MacAddress, out var mac) ? mac : null;
}
