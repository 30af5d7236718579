using System.Globalization;
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
/// <param name="kubelet">Tells which pods have which devices.</param>
/// <param name="handouts">Devices that a container is getting just now.</param>
/// <param name="pods">The node's pods.</param>
/// <param name="finished">Tells which of them have finished.</param>
/// <param name="claimOf">
/// The claim that has a device, and the resource under which the device is advertised; null when
/// none has it.
/// </param>
internal sealed class UsageProbe(
    IHostFiles files,
    PodResourcesClient kubelet,
    RecentAllocations handouts,
    NodePods pods,
    FinishedPods finished,
    Func<PciAddress, (string Claim, string Resource)?> claimOf
)
{
    private readonly OpenFiles _open = new(files);

    /// <summary>Looks.</summary>
    public async Task<DeviceUsage> LookAsync(PciDevice device, CancellationToken cancellationToken) =>
        claimOf(device.Address) is var (claim, resource)
            ? new DeviceUsage.InUse(InUse(device, $"claim {claim}"), resource)
            : await AskAsync(device, cancellationToken) ?? await ProbeAsync(device, cancellationToken);

    // Null: no pod has it.
    private async Task<DeviceUsage?> AskAsync(PciDevice device, CancellationToken cancellationToken)
    {
        IReadOnlyList<HeldDevice> told;
        try
        {
            told = await kubelet.ListAsync(cancellationToken);
        }
        catch (Exception error) when (error is GrpcException or ProtoException)
        {
            return await AskWithoutKubeletAsync(device, error.Message, cancellationToken) ?? JustGiven(device);
        }

        var holders = new List<HeldDevice>();
        var hint = "";
        foreach (var held in told.Where(held => held.DeviceId == device.Address.ToString()))
        {
            switch (await finished.AskAsync(held.Namespace, held.Pod, cancellationToken))
            {
                case true:
                    continue;
                case null:
                    hint =
                        " If it has finished, delete it: kubelets before 1.34 name a pod until its object is gone, and the ENI manager may not look at pods"
                        + " (eniManager.listPods).";
                    break;
            }

            holders.Add(held);
        }

        if (holders.Count == 0)
        {
            return JustGiven(device);
        }

        var resources = holders.Select(holder => holder.Resource).Distinct(StringComparer.Ordinal).ToList();
        return new DeviceUsage.InUse(
            InUse(
                device,
                $"{Name([.. holders.Select(holder => $"{holder.Namespace}/{holder.Pod}")])}, which requested {string.Join(" and ", resources)}"
            ) + hint,
            resources is [var only] ? only : null
        );
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
                    device,
                    $"{Name(suspects)}, which requested devices: whether this device was allocated to it is unknown, because the kubelet does not answer "
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
        handouts.IsFresh(device.Address) ? new DeviceUsage.InUse(InUse(device, "a container to which it was allocated just now")) : null;

    private static string InUse(PciDevice device, string holder) => $"{device.Address} is in use by {holder}; it is not modified before that ends.";

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

    private static string Name(List<string> holders)
    {
        var names = holders.Distinct(StringComparer.Ordinal).ToList();
        return $"pod{(names.Count > 1 ? "s" : "")} {string.Join(", ", names.Take(3))}" + (names.Count > 3 ? $" and {names.Count - 3} more" : "");
    }
}

/// <summary>
/// Looks for the process that has a device node open (S11). A node of VFIO has a single opener and
/// tells by itself that it is taken; one of UIO takes any number, so that only the kernel's list of
/// open files knows.
/// </summary>
internal sealed class OpenFiles(IHostFiles files)
{
    // PROC_PID_INIT_INO of include/uapi/linux/nsfs.h: the number of the first process namespace on
    // every kernel.
    private const string HostNamespace = "pid:[4026531836]";

    /// <summary>
    /// Whether the processes of the whole node can be seen, and not only those of this container.
    /// </summary>
    public async Task<bool> SeesNodeAsync(CancellationToken cancellationToken) =>
        await files.ReadLinkAsync("/proc/self/ns/pid", cancellationToken) == HostNamespace;

    /// <summary>
    /// A process that has the node open, such as <c>dpdk-testpmd (process 4711)</c>; null when none
    /// can be seen.
    /// </summary>
    public async Task<string?> HolderAsync(string node, CancellationToken cancellationToken)
    {
        foreach (var process in await files.ListAsync("/proc", cancellationToken))
        {
            if (int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out _) && await HasOpenAsync(process, node, cancellationToken))
            {
                var name = (await files.ReadTextAsync($"/proc/{process}/comm", cancellationToken))?.Trim();
                return $"{(string.IsNullOrEmpty(name) ? "a program" : name)} (process {process})";
            }
        }

        return null;
    }

    private async Task<bool> HasOpenAsync(string process, string node, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> descriptors;
        try
        {
            descriptors = await files.ListAsync($"/proc/{process}/fd", cancellationToken);
        }
        catch (UnauthorizedAccessException)
        {
            // Not even root may look into some processes of others, and none of those has a device.
            return false;
        }

        foreach (var descriptor in descriptors)
        {
            if (await files.ReadLinkAsync($"/proc/{process}/fd/{descriptor}", cancellationToken) == node)
            {
                return true;
            }
        }

        return false;
    }
}
