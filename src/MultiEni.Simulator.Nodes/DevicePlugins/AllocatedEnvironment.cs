namespace MultiEni.Simulator.Nodes.DevicePlugins;

/// <summary>
/// The environment that the plugin gives to a container with devices
/// (docs/reference/sriov-device-plugin.md#what-a-container-gets).
/// </summary>
public static class AllocatedEnvironment
{
    /// <summary>
    /// Name of the variable with the PCI addresses: upper case, dots and the slash become
    /// underscores, a hyphen stays.
    /// </summary>
    public static string NameFor(string resource) => "PCIDEVICE_" + resource.Replace('/', '_').Replace('.', '_').ToUpperInvariant();

    /// <summary>Its value.</summary>
    public static string ValueFor(IEnumerable<string> pciAddresses) => string.Join(',', pciAddresses);
}
