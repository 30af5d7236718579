using MultiEni.Api.NodeEnis;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Kubelet.PodResources;
using MultiEni.Manager.Kubelet.Wire;
using MultiEni.Manager.Pods;
using MultiEni.Manager.Publishing.Embedded;
using MultiEni.Manager.Steps;

namespace MultiEni.Manager.Agent;

/// <summary>
/// Finds out whether a pod or a process has a device (S11). First the kubelet is asked, because a pod may have a device without having opened it
/// yet; the device node is opened only when that leaves no doubt, because holding it even for a moment disturbs a process that starts.
/// </summary>
/// <remarks>
/// When the kubelet does not answer, any pod of the node that requested the resource counts as the device's user: which of several devices
/// it got cannot be told, and a device must not be torn from a pod.
/// </remarks>
public sealed class UsageProbe(IHostFiles files, PodResourcesClient kubelet, HandoutLog handouts, NodePods pods)
{
    private readonly OpenFiles _open = new(files);

    /// <summary>Looks.</summary>
    /// <param name="device">The device.</param>
    /// <param name="resource">The resource under which it was offered; empty when never.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<DeviceUsage> LookAsync(PciDevice device, string resource, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(device);
        return await HolderAsync(device, resource, cancellationToken) is { } holder
            ? new DeviceUsage.InUse($"{device.Address} is in use by {holder}; nothing is done to it before that ends.")
            : await ProbeAsync(device, cancellationToken);
    }

    private async Task<string?> HolderAsync(PciDevice device, string resource, CancellationToken cancellationToken)
    {
        try
        {
            var holders = (await kubelet.ListAsync(cancellationToken)).Where(held => held.DeviceId == device.Address.ToString()).ToList();
            if (holders.Count > 0)
            {
                return $"{Name([.. holders.Select(held => $"{held.Namespace}/{held.Pod}")])}, which requested {holders[0].Resource}";
            }
        }
        catch (Exception error) when (error is GrpcException or ProtoException)
        {
            if (resource.Length > 0 && await SuspectsAsync(resource, cancellationToken) is { Count: > 0 } suspects)
            {
                return $"{Name(suspects)}, which requested {resource}: whether it got this very device is not known, because the kubelet does not tell "
                    + $"({error.Message}; mount the host folder of KUBELET_ROOT)";
            }
        }

        return handouts.IsFresh(device.Address) ? "a container that was given it this moment" : null;
    }

    private async Task<DeviceUsage> ProbeAsync(PciDevice device, CancellationToken cancellationToken) =>
        (device.Driver ?? device.LeavingDriver, device.IommuGroup) switch
        {
            (DpdkDrivers.VfioPci, { } group) => await ProbeVfioAsync(device, SysfsPaths.VfioNode(group, device.NoIommu), cancellationToken),
            ({ } driver and not DpdkDrivers.VfioPci, _) when DpdkDrivers.Contains(driver) => await ProbeUioAsync(device, cancellationToken),
            _ => new DeviceUsage.Free(),
        };

    private async Task<DeviceUsage> ProbeVfioAsync(PciDevice device, string node, CancellationToken cancellationToken)
    {
        return await files.ProbeOpenAsync(node, cancellationToken) switch
        {
            Errno.None or Errno.NoEntry or Errno.NoDevice => new DeviceUsage.Free(),
            Errno.Busy => new DeviceUsage.InUse(Open(device, await _open.HolderAsync(node, cancellationToken) ?? "a process", node)),
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
        $"{device.Address} is in use: {holder} has {node} open; nothing is done to it before that ends.";

    private async Task<List<string>> SuspectsAsync(string resource, CancellationToken cancellationToken) =>
        [
            .. (await pods.ListAsync(cancellationToken))
                .Where(pod => pod.HoldsDevices && pod.Requests(resource) > 0)
                .Select(pod => $"{pod.Metadata.Namespace}/{pod.Metadata.Name}"),
        ];

    private static string Name(List<string> holders)
    {
        var names = holders.Distinct(StringComparer.Ordinal).ToList();
        return $"pod{(names.Count > 1 ? "s" : "")} {string.Join(", ", names.Take(3))}" + (names.Count > 3 ? $" and {names.Count - 3} more" : "");
    }
}
