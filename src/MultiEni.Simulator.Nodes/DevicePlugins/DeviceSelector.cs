namespace MultiEni.Simulator.Nodes.DevicePlugins;

/// <summary>
/// One selector of a pool: all given lists must match, an empty list is no filter
/// (docs/reference/sriov-device-plugin.md#file-format).
/// </summary>
/// <param name="Vendors">Four hexadecimal digits each.</param>
/// <param name="Devices">Four hexadecimal digits each.</param>
/// <param name="Drivers">Driver names.</param>
/// <param name="PciAddresses">Compared letter by letter.</param>
/// <param name="LinkTypes">
/// Encapsulation of the device's interface, which a device without one does not have.
/// </param>
/// <param name="MatchesNoInterface">
/// It asks for what an ENA never has: a parent function, RDMA, vDPA.
/// </param>
internal sealed record DeviceSelector(
    IReadOnlyList<string> Vendors,
    IReadOnlyList<string> Devices,
    IReadOnlyList<string> Drivers,
    IReadOnlyList<string> PciAddresses,
    IReadOnlyList<string> LinkTypes,
    bool MatchesNoInterface
)
{
    internal bool Matches(SimulatedDevice device) =>
        !MatchesNoInterface
        && Admits(Vendors, device.Vendor)
        && Admits(Devices, device.Device)
        && Admits(Drivers, device.Driver)
        && Admits(PciAddresses, device.Address)
        && Admits(LinkTypes, device.InterfaceName is null ? "" : "ether");

    private static bool Admits(IReadOnlyList<string> wanted, string? value) => wanted.Count == 0 || wanted.Contains(value, StringComparer.Ordinal);
}
