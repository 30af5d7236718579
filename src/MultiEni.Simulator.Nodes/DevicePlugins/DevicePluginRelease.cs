namespace MultiEni.Simulator.Nodes.DevicePlugins;

/// <summary>
/// Releases of the SR-IOV network device plugin that behave differently
/// (docs/reference/sriov-device-plugin.md#file-format,
/// docs/reference/sriov-device-plugin.md#default-route).
/// </summary>
public enum DevicePluginRelease
{
    /// <summary>
    /// v3.5.1: selectors are one object only, and a hyphen in any resource name ends the plugin.
    /// </summary>
    V35,

    /// <summary>
    /// v3.6.0 to v3.7.0: selectors may be a list; the interface with the default route is left out.
    /// </summary>
    V36,

    /// <summary>v3.8.0 and later: the default route protects no interface.</summary>
    V38,
}
