namespace MultiEni.Manager.Host;

/// <summary>Error numbers of Linux that this program tells apart (include/uapi/asm-generic/errno-base.h). Others keep their number.</summary>
internal enum Errno
{
    /// <summary>Success.</summary>
    None = 0,

    /// <summary>Operation not permitted.</summary>
    NotPermitted = 1,

    /// <summary>No such file: the driver is not loaded, or the device is gone.</summary>
    NoEntry = 2,

    /// <summary>Input/output error.</summary>
    InputOutput = 5,

    /// <summary>Try again: the driver's probe is deferred.</summary>
    Again = 11,

    /// <summary>Permission denied.</summary>
    AccessDenied = 13,

    /// <summary>In use.</summary>
    Busy = 16,

    /// <summary>Exists already.</summary>
    Exists = 17,

    /// <summary>No such device, or the driver does not match it.</summary>
    NoDevice = 19,

    /// <summary>A part of the path is a file and no folder.</summary>
    NotADirectory = 20,

    /// <summary>It is a folder.</summary>
    IsADirectory = 21,

    /// <summary>Invalid argument: vfio-pci says so when there is no IOMMU and no-IOMMU mode is off.</summary>
    Invalid = 22,

    /// <summary>No space left on the device.</summary>
    NoSpace = 28,

    /// <summary>Read-only file system.</summary>
    ReadOnly = 30,

    /// <summary>The disk quota is used up.</summary>
    QuotaExceeded = 122,
}
