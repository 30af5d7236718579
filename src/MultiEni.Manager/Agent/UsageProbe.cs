using MultiEni.Api.NodeEnis;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Pods;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Steps;

namespace MultiEni.Manager.Agent;

/// <summary>
/// Finds out whether a pod or a process has a device (S11). First the pods, who may have it without having opened it yet; the device
/// node is opened only when they leave no doubt, because holding it even for a moment disturbs a process that starts.
/// </summary>
public sealed class UsageProbe(IHostFiles files, NodePods pods)
{
    private readonly OpenFiles _open = new(files);

    /// <summary>Looks.</summary>
    /// <param name="device">The device.</param>
    /// <param name="resource">The resource under which it was offered; empty when never.</param>
    /// <param name="offered">What is still on offer.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<DeviceUsage> LookAsync(
        PciDevice device,
        string resource,
        IReadOnlyList<OfferedDevice> offered,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(offered);
        var holders = resource.Length == 0 ? [] : await HoldersAsync(resource, cancellationToken);
        var others = offered.Count(other => other.Resource.ToString() == resource && other.Address != device.Address);
        if (holders.Sum(pod => pod.Requests(resource)) > others)
        {
            return new DeviceUsage.InUse(
                $"{device.Address} is in use by {Name(holders)}, which requested {resource}; it is given back when that ends."
            );
        }

        return device switch
        {
            { Driver: DpdkDrivers.VfioPci, IommuGroup: { } group } => await ProbeVfioAsync(
                device,
                SysfsPaths.VfioNode(group, device.NoIommu),
                holders,
                cancellationToken
            ),
            { IsHeldByDpdk: true, Driver: not DpdkDrivers.VfioPci } => await ProbeUioAsync(device, cancellationToken),
            _ => new DeviceUsage.Free(),
        };
    }

    private async Task<DeviceUsage> ProbeVfioAsync(PciDevice device, string node, List<Pod> holders, CancellationToken cancellationToken)
    {
        return await files.ProbeOpenAsync(node, cancellationToken) switch
        {
            Errno.None or Errno.NoEntry or Errno.NoDevice => new DeviceUsage.Free(),
            Errno.Busy => new DeviceUsage.InUse(
                Open(device, holders.Count > 0 ? Name(holders) : await _open.HolderAsync(node, cancellationToken) ?? "a process", node)
            ),
            var error => new DeviceUsage.InUse(
                $"Whether {device.Address} is in use cannot be told: opening {node} failed with {Binding.SysfsFailure.Name(error)}. Run the eni-manager container privileged."
            ),
        };
    }

    // Any number of processes may open it, and an unbind would take it from them without a word.
    private async Task<DeviceUsage> ProbeUioAsync(PciDevice device, CancellationToken cancellationToken)
    {
        if (await SysfsPaths.UioNodeAsync(files, device.Address, cancellationToken) is not { } node)
        {
            return new DeviceUsage.Free();
        }

        if (await _open.HolderAsync(node, cancellationToken) is { } holder)
        {
            return new DeviceUsage.InUse(Open(device, holder, node));
        }

        return await _open.SeesNodeAsync(cancellationToken)
            ? new DeviceUsage.Free()
            : new DeviceUsage.InUse(
                $"Whether {device.Address} is in use cannot be told: {device.Driver} lets many open {node}, and the eni-manager container does "
                    + "not see the node's processes. Set hostPID: true on its pods."
            );
    }

    private static string Open(PciDevice device, string holder, string node) =>
        $"{device.Address} is in use: {holder} has {node} open; it is given back when that ends.";

    private async Task<List<Pod>> HoldersAsync(string resource, CancellationToken cancellationToken) =>
        [.. (await pods.ListAsync(cancellationToken)).Where(pod => pod.HoldsDevices && pod.Requests(resource) > 0)];

    private static string Name(List<Pod> holders) =>
        $"pod{(holders.Count > 1 ? "s" : "")} {string.Join(", ", holders.Take(3).Select(pod => $"{pod.Metadata.Namespace}/{pod.Metadata.Name}"))}"
        + (holders.Count > 3 ? $" and {holders.Count - 3} more" : "");
}
