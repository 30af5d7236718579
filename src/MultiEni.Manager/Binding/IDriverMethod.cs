using MultiEni.Api;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Binding;

/// <summary>
/// How a device is moved from one driver to another: by the kernel's files, or by a script of the
/// administrator's.
/// </summary>
internal interface IDriverMethod
{
    /// <summary>
    /// Why this method cannot be used at all, such as a script that is missing; null when it can.
    /// </summary>
    Blocker? Unusable();

    /// <summary>
    /// Moves the device. What is returned is a hint for people: whether it worked is read from the
    /// driver link afterwards.
    /// </summary>
    /// <param name="device">The device as it was just read.</param>
    /// <param name="driver">The driver that it is to get.</param>
    /// <param name="unbound">
    /// Called once the old driver has let go, before the new one is asked.
    /// </param>
    /// <param name="cancellationToken">
    /// Ends the wait; the journal tells a successor how far it came.
    /// </param>
    /// <exception cref="StuckCallException">The kernel does not return.</exception>
    Task<Blocker?> BindAsync(PciDevice device, string driver, Action unbound, CancellationToken cancellationToken);

    /// <summary>
    /// Moves the device back to its kernel driver, or leaves that to the kernel's choice when
    /// <paramref name="driver"/> is empty.
    /// </summary>
    /// <exception cref="StuckCallException">The kernel does not return.</exception>
    Task<Blocker?> GiveBackAsync(PciDevice device, string driver, CancellationToken cancellationToken);
}

/// <summary>
/// What an error number of one write means, and what to do about it
/// (docs/reference/driver-binding.md#errors-of-a-write).
/// </summary>
internal static class SysfsFailure
{
    /// <summary>Explains the failure of a write.</summary>
    /// <param name="path">The file written.</param>
    /// <param name="error">What the kernel answered.</param>
    /// <param name="driver">The driver that the write was about.</param>
    public static Blocker Explain(string path, Errno error, string driver)
    {
        return error switch
        {
            Errno.NotPermitted or Errno.AccessDenied or Errno.ReadOnly => new Blocker(
                Reasons.InsufficientPermissions,
                $"The kernel refused the write to {path} ({Name(error)}). Run the eni-manager container privileged, with the host's /sys mounted writable."
            ),
            Errno.NoEntry when path.Contains("/drivers/", StringComparison.Ordinal) => new Blocker(
                Reasons.DriverModuleUnavailable,
                $"{path} does not exist: the driver {driver} is not loaded. Load its kernel module on the node (modprobe {driver})."
            ),
            Errno.NoEntry => new Blocker(Reasons.DeviceRemoved, $"{path} does not exist any more: the device was removed."),
            Errno.Invalid when driver == "vfio-pci" => new Blocker(
                Reasons.BindFailed,
                $"{driver} refused the device ({Name(error)} from {path}): without an IOMMU it takes devices only in no-IOMMU mode; see the kernel log of the node."
            ),
            _ => new Blocker(Reasons.BindFailed, $"The write to {path} failed with {Name(error)}; see the kernel log of the node."),
        };
    }

    /// <summary>The number with its usual name.</summary>
    public static string Name(Errno error) =>
        error switch
        {
            Errno.NotPermitted => "EPERM",
            Errno.NoEntry => "ENOENT",
            Errno.InputOutput => "EIO",
            Errno.Again => "EAGAIN",
            Errno.AccessDenied => "EACCES",
            Errno.Busy => "EBUSY",
            Errno.Exists => "EEXIST",
            Errno.NoDevice => "ENODEV",
            Errno.Invalid => "EINVAL",
            Errno.NotADirectory => "ENOTDIR",
            Errno.IsADirectory => "EISDIR",
            Errno.NoSpace => "ENOSPC",
            Errno.ReadOnly => "EROFS",
            Errno.QuotaExceeded => "EDQUOT",
            _ => $"error {(int)error}",
        };
}
