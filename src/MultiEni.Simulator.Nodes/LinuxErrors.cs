namespace MultiEni.Simulator.Nodes;

/// <summary>
/// Error numbers of Linux that a simulated node answers with
/// (include/uapi/asm-generic/errno-base.h).
/// </summary>
public static class LinuxErrors
{
    /// <summary>Success.</summary>
    public const int None = 0;

    /// <summary>ENOENT: the file, and with it the driver or the device, is not there.</summary>
    public const int NoEntry = 2;

    /// <summary>ESRCH: no such route.</summary>
    public const int NoProcess = 3;

    /// <summary>
    /// EIO: what a pending operation ends with when the node reboots or is terminated.
    /// </summary>
    public const int InputOutput = 5;

    /// <summary>EAGAIN: the driver deferred its probe.</summary>
    public const int Again = 11;

    /// <summary>EACCES: the file cannot be written.</summary>
    public const int AccessDenied = 13;

    /// <summary>EBUSY: bound already, or held open by somebody.</summary>
    public const int Busy = 16;

    /// <summary>EEXIST: something is there already.</summary>
    public const int Exists = 17;

    /// <summary>
    /// ENODEV: no such device, or the driver does not match it or does not hold it.
    /// </summary>
    public const int NoDevice = 19;

    /// <summary>EISDIR: a directory.</summary>
    public const int IsDirectory = 21;

    /// <summary>
    /// EINVAL: a value out of range, or a vfio probe with neither an IOMMU nor no-IOMMU mode.
    /// </summary>
    public const int Invalid = 22;

    /// <summary>EROFS: the file system is mounted read-only.</summary>
    public const int ReadOnly = 30;

    /// <summary>EOPNOTSUPP: the kernel does not know the operation.</summary>
    public const int NotSupported = 95;

    /// <summary>EADDRNOTAVAIL: the address is not there.</summary>
    public const int AddressNotAvailable = 99;
}
