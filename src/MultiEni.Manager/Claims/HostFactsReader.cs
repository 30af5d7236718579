using System.Globalization;
using MultiEni.Manager.Claims.Slices;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Claims;

/// <summary>What the node's kernel tells of devices that are offered to claims.</summary>
/// <param name="host">The kernel.</param>
internal sealed class HostFactsReader(NodeHost host)
{
    private readonly HostReader _reader = new(host);

    /// <summary>Reads what a claim may choose the device at an address by.</summary>
    public async Task<HostFacts> ReadAsync(PciAddress address, CancellationToken cancellationToken)
    {
        var device = await _reader.ReadDeviceAsync(address, cancellationToken);
        var network = await host.Links.ReadAsync(cancellationToken);
        var numa = await host.Files.ReadTextAsync(SysfsPaths.Device(address, "numa_node"), cancellationToken);
        var place = await host.Files.ReadLinkAsync($"{SysfsPaths.PciDevices}/{address}", cancellationToken);
        return new HostFacts
        {
            NumaNode = int.TryParse(numa?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null,
            PcieRoot = place?.Split('/').FirstOrDefault(part => part.StartsWith("pci", StringComparison.Ordinal)),
            BehindIommu = device is null ? null : device is { IommuGroup: not null, NoIommu: false },
            Mtu = device?.InterfaceName is { } name ? network.Links.FirstOrDefault(link => link.Name == name)?.Mtu : null,
        };
    }

    /// <summary>Whether the device at the address shows that it is the same as before.</summary>
    public async Task<bool> ShowsAsync(ClaimableDevice known, CancellationToken cancellationToken)
    {
        var device = await _reader.ReadDeviceAsync(known.Offer.Address, cancellationToken);
        var network = await host.Links.ReadAsync(cancellationToken);
        return device?.InterfaceName is { } name
            && MacAddress.TryParse(network.Links.FirstOrDefault(link => link.Name == name)?.MacAddress, out var shown)
            && MacAddress.TryParse(known.Eni.MacAddress, out var own)
            && shown == own;
    }
}
