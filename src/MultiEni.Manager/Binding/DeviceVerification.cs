using MultiEni.Api;
using MultiEni.Api.NodeEnis;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Binding;

/// <summary>
/// Success is what the kernel shows, not what a write returned
/// (docs/reference/driver-binding.md#bind).
/// </summary>
internal sealed class DeviceVerification(NodeHost host, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan NodeLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan InterfaceLimit = TimeSpan.FromSeconds(10);
    private readonly HostReader _reader = new(host);

    /// <summary>The device as it is now, or null when it is gone.</summary>
    public Task<PciDevice?> ReadAsync(PciAddress address, CancellationToken cancellationToken) => _reader.ReadDeviceAsync(address, cancellationToken);

    /// <summary>
    /// Whether a process could use the device now: the driver holds it and the device node is
    /// there.
    /// </summary>
    /// <returns>Why not; null when it could.</returns>
    public async Task<Blocker?> CheckBoundAsync(PciDevice device, string driver, CancellationToken cancellationToken)
    {
        if (device.Driver != driver)
        {
            return new Blocker(Reasons.BindFailed, $"{device.Address} is held by {device.Driver ?? "no driver"} after it was handed to {driver}.");
        }

        if (driver != DpdkDrivers.VfioPci)
        {
            return await AwaitUioAsync(device.Address, driver, cancellationToken);
        }

        if (device.IommuGroup is not { } group)
        {
            return new Blocker(Reasons.BindFailed, $"vfio-pci holds {device.Address} but it has no IOMMU group, so no process can open it.");
        }

        var node = SysfsPaths.VfioNode(group, device.NoIommu);
        return await UntilAsync(() => host.Files.ExistsAsync(node, cancellationToken).AsTask(), NodeLimit, cancellationToken)
            ? null
            : NodeMissing(driver, device.Address, node);
    }

    /// <summary>
    /// The device once its interface shows a hardware address, or as it is when that does not
    /// happen within ten seconds.
    /// </summary>
    public async Task<PciDevice?> AwaitInterfaceAsync(PciAddress address, CancellationToken cancellationToken)
    {
        PciDevice? device = null;
        await UntilAsync(
            async () =>
            {
                device = await ReadAsync(address, cancellationToken);
                return device?.InterfaceName is not null;
            },
            InterfaceLimit,
            cancellationToken
        );
        return device;
    }

    // The kernel makes /dev/uioN together with the UIO device. Whether this container shows it says
    // nothing: its /dev is as old as itself.
    private async Task<Blocker?> AwaitUioAsync(PciAddress address, string driver, CancellationToken cancellationToken) =>
        await UntilAsync(async () => await SysfsPaths.UioNodeAsync(host.Files, address, cancellationToken) is not null, NodeLimit, cancellationToken)
            ? null
            : new Blocker(Reasons.BindFailed, $"{driver} holds {address} but made no UIO device (nothing in {SysfsPaths.Device(address, "uio")}).");

    private static Blocker NodeMissing(string driver, PciAddress address, string node) =>
        new(
            Reasons.DeviceNodeMissing,
            $"{driver} holds {address} but {node} has not appeared, so no process can open it. See that the eni-manager container has the host's /dev/vfio mounted."
        );

    private async Task<bool> UntilAsync(Func<Task<bool>> condition, TimeSpan limit, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            if (await condition())
            {
                return true;
            }

            if (time.GetElapsedTime(start) >= limit)
            {
                return false;
            }

            await Task.Delay(Interval, time, cancellationToken);
        }
    }
}
