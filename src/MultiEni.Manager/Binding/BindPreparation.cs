using MultiEni.Api;
using MultiEni.Api.NodeEnis;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Binding;

/// <summary>
/// What must be so before a device is taken from its kernel driver: the driver is loaded, and
/// memory access is settled (docs/reference/driver-binding.md#bind).
/// </summary>
/// <param name="files">The host.</param>
/// <param name="locked">Its files that only one may write.</param>
/// <param name="mode">When a device may be bound without an IOMMU.</param>
/// <param name="setupProblem">
/// Why the node could not be made ready, as the setup of this boot noted it; empty when it was, or
/// when nothing was noted.
/// </param>
internal sealed class BindPreparation(IHostFiles files, LockedFiles locked, NoIommuMode mode, Func<string> setupProblem)
{
    /// <summary>
    /// Why the bind cannot begin; null when it can. Nothing of the device has been changed either
    /// way.
    /// </summary>
    public async Task<Blocker?> PrepareAsync(PciDevice device, string driver, CancellationToken cancellationToken)
    {
        if (!await files.ExistsAsync(SysfsPaths.Driver(driver), cancellationToken))
        {
            var why = setupProblem();
            return new Blocker(
                Reasons.DriverModuleUnavailable,
                $"The driver {driver} is not loaded on the node ({SysfsPaths.Driver(driver)} does not exist). Load its kernel module "
                    + $"(modprobe {driver}) or restart the eni-manager pod, whose init container does so."
                    + (why.Length == 0 ? "" : $" However, {why}")
            );
        }

        var confined = device.IommuGroup is not null && !device.NoIommu;
        if (driver != DpdkDrivers.VfioPci)
        {
            return confined
                ? new Blocker(
                    Reasons.InvalidSpec,
                    $"{device.Address} is behind an IOMMU (group {device.IommuGroup}), where {driver} must not be used. Set dpdkDriver to vfio-pci."
                )
                : null;
        }

        if (confined)
        {
            return null;
        }

        if (mode == NoIommuMode.Never)
        {
            return new Blocker(
                Reasons.IommuUnavailable,
                $"{device.Address} has no IOMMU group and NOIOMMU_MODE is 'never'. Use an instance type with an IOMMU, or set NOIOMMU_MODE=auto "
                    + "and accept that pods with the device can reach all memory of the node."
            );
        }

        return await SwitchOnAsync(device, cancellationToken);
    }

    // Only before the driver probes the device: later it has no effect on it
    // (docs/reference/driver-binding.md#no-iommu-mode).
    private async Task<Blocker?> SwitchOnAsync(PciDevice device, CancellationToken cancellationToken)
    {
        var present = await files.ReadTextAsync(SysfsPaths.NoIommuMode, cancellationToken);
        if (present is null)
        {
            return new Blocker(
                Reasons.NoIommuUnsupportedByKernel,
                $"{device.Address} has no IOMMU group and the node's kernel has no no-IOMMU mode ({SysfsPaths.NoIommuMode} does not exist). "
                    + "Use an instance type with an IOMMU or a kernel with CONFIG_VFIO_NOIOMMU."
            );
        }

        if (IsOn(present))
        {
            return null;
        }

        var error = await locked.WriteAsync(device.Address, SysfsPaths.NoIommuMode, "1", cancellationToken);
        if (error != Errno.None)
        {
            return await ExplainAsync(error, cancellationToken);
        }

        return IsOn(await files.ReadTextAsync(SysfsPaths.NoIommuMode, cancellationToken))
            ? null
            : new Blocker(Reasons.NoIommuUnsupportedByKernel, $"No-IOMMU mode stays off although {SysfsPaths.NoIommuMode} was written.");
    }

    private async Task<Blocker> ExplainAsync(Errno error, CancellationToken cancellationToken)
    {
        var why = SysfsFailure.Explain(SysfsPaths.NoIommuMode, error, DpdkDrivers.VfioPci);
        var lockdown = await files.ReadTextAsync("/sys/kernel/security/lockdown", cancellationToken);
        return lockdown is null || lockdown.Contains("[none]", StringComparison.Ordinal)
            ? why
            : why with
            {
                Message = $"{why.Message} The kernel is locked down ({lockdown.Trim()}).",
            };
    }

    private static bool IsOn(string? value) => value?.Trim() is "Y" or "y" or "1";
}

/// <summary>
/// When a device may be bound without an IOMMU behind it, which gives its user access to all memory
/// of the node (docs/noiommu.md#what-no-iommu-mode-means). Where a device is behind an IOMMU, none
/// of these changes anything.
/// </summary>
internal enum NoIommuMode
{
    /// <summary>
    /// Where the device has no IOMMU group. A node on which that is impossible is set up all the
    /// same, for its other ENIs.
    /// </summary>
    Auto,

    /// <summary>
    /// As <see cref="Auto"/>, and a node without an IOMMU whose kernel cannot do it does not come
    /// up.
    /// </summary>
    Always,

    /// <summary>Not at all.</summary>
    Never,
}
