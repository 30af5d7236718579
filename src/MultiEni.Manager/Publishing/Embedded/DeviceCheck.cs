using MultiEni.Manager.Host;
using MultiEni.Manager.Kubelet.DevicePlugins;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Publishing.Embedded;

/// <summary>Whether a container could use an offered device at this moment.</summary>
internal abstract record DeviceCheck
{
    private DeviceCheck() { }

    /// <summary>It could.</summary>
    /// <param name="Address">The device.</param>
    /// <param name="Nodes">Device nodes that it needs for that.</param>
    /// <param name="NumaNode">The NUMA node that it is near to, or null.</param>
    public sealed record Usable(PciAddress Address, IReadOnlyList<DeviceNode> Nodes, int? NumaNode) : DeviceCheck;

    /// <summary>It could not.</summary>
    public sealed record Unusable(Blocker Why) : DeviceCheck;
}
