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

        if (device.Driver != DpdkDrivers.VfioPci || device.IommuGroup is not { } group)
        {
            return new DeviceUsage.Free();
        }

        var node = SysfsPaths.VfioNode(group, device.NoIommu);
        return await files.ProbeOpenAsync(node, cancellationToken) switch
        {
            Errno.None or Errno.NoEntry or Errno.NoDevice => new DeviceUsage.Free(),
            Errno.Busy => new DeviceUsage.InUse(
                $"{device.Address} is in use: {(holders.Count > 0 ? Name(holders) : "a process")} has {node} open; it is given back when that ends."
            ),
            var error => new DeviceUsage.InUse(
                $"Whether {device.Address} is in use cannot be told: opening {node} failed with {Binding.SysfsFailure.Name(error)}. Run the eni-manager container privileged."
            ),
        };
    }

    private async Task<List<Pod>> HoldersAsync(string resource, CancellationToken cancellationToken) =>
        [.. (await pods.ListAsync(cancellationToken)).Where(pod => pod.HoldsDevices && pod.Requests(resource) > 0)];

    private static string Name(List<Pod> holders) =>
        $"pod{(holders.Count > 1 ? "s" : "")} {string.Join(", ", holders.Take(3).Select(pod => $"{pod.Metadata.Namespace}/{pod.Metadata.Name}"))}"
        + (holders.Count > 3 ? $" and {holders.Count - 3} more" : "");
}
