using MultiEni.Api.NodeEnis;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Kubelet.Wire;
using MultiEni.Manager.Pods;
using MultiEni.Manager.Publishing.Embedded;
using MultiEni.Manager.Steps;

namespace MultiEni.Manager.Agent;

/// <summary>
/// Finds out whether a pod or a process has a device (S11). First the kubelet is asked, because a
/// pod may have a device without having opened it yet; the device node is opened only when that
/// leaves no doubt, because holding it even for a moment disturbs a process that starts.
/// </summary>
/// <remarks>
/// When the kubelet does not answer, any pod of the node that requested an extended resource counts
/// as the device's user: which devices it got cannot be told, and a device must not be torn from a
/// pod. When pods may not be listed either, nothing can be told, and that is the answer.
/// </remarks>
/// <param name="files">The kernel's files.</param>
/// <param name="plugins">Tells which pods have which devices.</param>
/// <param name="handouts">Devices that a container is getting just now.</param>
/// <param name="pods">The node's pods.</param>
/// <param name="finished">Tells which of them have finished.</param>
/// <param name="claimOf">
/// The claim that has a device, and the resource under which the device is advertised; null when
/// none has it.
/// </param>
/// <param name="podsOn">
/// Pods that have addresses of the ENI of a device; null while that is not known.
/// </param>
internal sealed class UsageProbe(
    IHostFiles files,
    DevicePluginUse plugins,
    RecentAllocations handouts,
    NodePods pods,
    FinishedPods finished,
    Func<PciAddress, (string Claim, string Resource)?> claimOf,
    Func<PciAddress, IReadOnlyList<string>?> podsOn
)
{
    private readonly OpenFiles _open = new(files);

    /// <summary>Looks.</summary>
    public async Task<DeviceUsage> LookAsync(PciDevice device, CancellationToken cancellationToken) =>
        claimOf(device.Address) is var (claim, resource)
            ? new DeviceUsage.InUse(InUse(device.Address, $"claim {claim}"), resource)
            : await AskAsync(device, cancellationToken)
                ?? Addressed(device.Address, podsOn(device.Address))
                ?? await ProbeAsync(device, cancellationToken);

    /// <summary>
    /// What the pods with addresses of an ENI make of its device: interfaces of an ipvlan are in
    /// the pods, where nothing of the host shows them. Null when there are none.
    /// </summary>
    /// <param name="address">The device.</param>
    /// <param name="holders">The pods; null while they are not known.</param>
    public static DeviceUsage? Addressed(PciAddress address, IReadOnlyList<string>? holders) =>
        holders switch
        {
            null => new DeviceUsage.Unknown(
                $"Whether pods have addresses of the ENI of {address} is unknown, so it is not touched: the address book of this node is not open (see the readiness of the eni-manager pod)."
            ),
            { Count: > 0 } => new DeviceUsage.InUse(InUse(address, $"{DeviceHolders.Name(holders)}, with addresses of its ENI")),
            _ => null,
        };

    // Null: no pod has it.
    private async Task<DeviceUsage?> AskAsync(PciDevice device, CancellationToken cancellationToken)
    {
        DeviceHolders holders;
        try
        {
            holders = await plugins.OfAsync(device.Address, cancellationToken);
        }
        catch (Exception error) when (error is GrpcException or ProtoException)
        {
            return await AskWithoutKubeletAsync(device, error.Message, cancellationToken) ?? JustGiven(device);
        }

        return holders.Pods.Count == 0
            ? JustGiven(device)
            : new DeviceUsage.InUse(InUse(device.Address, $"{holders}") + holders.Hint, holders.Resources is [var only] ? only : null);
    }

    private async Task<DeviceUsage?> AskWithoutKubeletAsync(PciDevice device, string why, CancellationToken cancellationToken)
    {
        if (!finished.Allowed)
        {
            return Unknown(device, why, "it may not list the pods of the node (LIST_PODS)");
        }

        List<string> suspects;
        try
        {
            suspects =
            [
                .. (await pods.ListAsync(cancellationToken))
                    .Where(pod => !pod.HasFinished && pod.RequestsDevices)
                    .Select(pod => $"{pod.Metadata.Namespace}/{pod.Metadata.Name}"),
            ];
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return Unknown(device, why, $"the pods of the node cannot be listed ({error.Message})");
        }

        return suspects.Count == 0
            ? null
            : new DeviceUsage.InUse(
                InUse(
                    device.Address,
                    $"{DeviceHolders.Name(suspects)}, which requested devices: whether this device was allocated to it is unknown, because the kubelet does not answer "
                        + $"({why}; mount the host folder of KUBELET_ROOT)"
                )
            );
    }

    private static DeviceUsage.Unknown Unknown(PciDevice device, string kubelet, string pods) =>
        new(
            $"Whether {device.Address} is in use is unknown, so it is not touched: the kubelet does not say which pods have which devices ({kubelet}), "
                + $"and the ENI manager cannot find out otherwise: {pods}. Check that the kubelet is running and that the host folder of KUBELET_ROOT is mounted; "
                + "eniManager.listPods=true is the fallback."
        );

    private DeviceUsage.InUse? JustGiven(PciDevice device) =>
        handouts.IsFresh(device.Address) ? new DeviceUsage.InUse(InUse(device.Address, "a container to which it was allocated just now")) : null;

    private static string InUse(PciAddress address, string holder) => $"{address} is in use by {holder}; it is not modified before that ends.";

    private async Task<DeviceUsage> ProbeAsync(PciDevice device, CancellationToken cancellationToken) =>
        (device.IsLeavingVfio ? DpdkDrivers.VfioPci : device.Driver, device.IommuGroup) switch
        {
            (DpdkDrivers.VfioPci, { } group) => await ProbeVfioAsync(device, SysfsPaths.VfioNode(group, device.NoIommu), cancellationToken),
            ({ } driver and not DpdkDrivers.VfioPci, _) when DpdkDrivers.Contains(driver) => await ProbeUioAsync(device, cancellationToken),
            _ => new DeviceUsage.Free(),
        };

    private async Task<DeviceUsage> ProbeVfioAsync(PciDevice device, string node, CancellationToken cancellationToken) =>
        await files.ProbeOpenAsync(node, cancellationToken) switch
        {
            Errno.None or Errno.NoEntry or Errno.NoDevice => new DeviceUsage.Free(),
            Errno.Busy => new DeviceUsage.InUse(Open(device, await _open.HolderAsync(node, cancellationToken) ?? "a process", node)),
            var error => new DeviceUsage.Unknown(
                $"Whether {device.Address} is in use is unknown: opening {node} failed with {Binding.SysfsFailure.Name(error)}. Run the eni-manager container privileged."
            ),
        };

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
            : new DeviceUsage.Unknown(
                $"Whether {device.Address} is in use is unknown: {device.Driver} lets any number of processes open {node}, and the eni-manager container does "
                    + "not see the node's processes. Set hostPID: true on its pods."
            );
    }

    private static string Open(PciDevice device, string holder, string node) =>
        $"{device.Address} is in use: {holder} has {node} open; it is not modified before that ends.";
}
