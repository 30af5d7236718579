using System.Globalization;
using MultiEni.Api;
using MultiEni.Api.NodeEnis;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Kubelet.DevicePlugins;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Publishing.Embedded;

/// <summary>
/// Looks at an offered device anew: what was verified when it was bound may be different by now.
/// </summary>
internal sealed class DeviceChecker(NodeHost host)
{
    private readonly HostReader _reader = new(host);

    /// <summary>Looks.</summary>
    public async Task<DeviceCheck> CheckAsync(OfferedDevice offered, CancellationToken cancellationToken)
    {
        var device = await _reader.ReadDeviceAsync(offered.Address, cancellationToken);
        if (device is null || device.Ids != offered.Ids)
        {
            return Unusable(Reasons.DeviceRemoved, $"{offered.Address} is gone from the node.");
        }

        if (device.IsLeavingVfio)
        {
            return Unusable(Reasons.RemovalBlocked, $"vfio-pci is releasing {offered.Address}: the device is being removed or unbound.");
        }

        if (device.Driver != offered.Driver)
        {
            return Unusable(
                device.Driver is null ? Reasons.Driverless : Reasons.ForeignBinding,
                $"{offered.Address} is held by {device.Driver ?? "no driver"} but was advertised with {offered.Driver}; another program rebound it."
            );
        }

        var uio = await SysfsPaths.UioNodeAsync(host.Files, offered.Address, cancellationToken);
        var nodes = DeviceNodes.Of(device, uio);
        if (device.IsHeldByDpdk && nodes.Count == 0)
        {
            var lacking = device.Driver == DpdkDrivers.VfioPci ? "it has no IOMMU group" : "it has no uio device";
            return Unusable(Reasons.BindFailed, $"{device.Driver} holds {offered.Address} but {lacking}, so no process can open it.");
        }

        // The host's /dev/vfio is mounted; of uio devices the agent's own /dev shows only those
        // that were there before it.
        foreach (var node in nodes.Where(node => node.HostPath.StartsWith(DeviceNodes.VfioFolder, StringComparison.Ordinal)))
        {
            if (!await host.Files.ExistsAsync(node.HostPath, cancellationToken))
            {
                return Unusable(
                    Reasons.BindFailed,
                    $"{device.Driver} holds {offered.Address} but {node.HostPath} does not exist on the node; see the kernel's log, and that the agent has the host's /dev/vfio mounted."
                );
            }
        }

        var numa = await host.Files.ReadTextAsync(SysfsPaths.Device(offered.Address, "numa_node"), cancellationToken);
        return new DeviceCheck.Usable(
            offered.Address,
            nodes,
            int.TryParse(numa?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null
        );
    }

    private static DeviceCheck.Unusable Unusable(string reason, string message) => new(new Blocker(reason, message));
}

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
