using MultiEni.Api;
using MultiEni.Manager.Host;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Binding;

/// <summary>What an error number of one write means, and what to do about it (docs/reference/driver-binding.md#errors-of-a-write).</summary>
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
