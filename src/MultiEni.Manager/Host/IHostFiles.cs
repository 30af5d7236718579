namespace MultiEni.Manager.Host;

/// <summary>
/// The kernel's files: sysfs, procfs and the device nodes. Paths are absolute as on the host (<c>/sys/bus/pci/devices/0000:00:06.0/driver</c>);
/// an implementation puts its own root before them. Implemented by the real kernel and by the simulated node.
/// </summary>
internal interface IHostFiles
{
    /// <summary>The text of a file without its trailing newline; null when it does not exist or vanished meanwhile.</summary>
    ValueTask<string?> ReadTextAsync(string path, CancellationToken cancellationToken);

    /// <summary>The target of a symbolic link as stored, such as <c>../../../bus/pci/drivers/ena</c>; null when there is none.</summary>
    ValueTask<string?> ReadLinkAsync(string path, CancellationToken cancellationToken);

    /// <summary>Names in a directory, sorted; empty when it does not exist.</summary>
    ValueTask<IReadOnlyList<string>> ListAsync(string path, CancellationToken cancellationToken);

    /// <summary>Whether something is there: file, directory, link or device node.</summary>
    ValueTask<bool> ExistsAsync(string path, CancellationToken cancellationToken);

    /// <summary>
    /// One write(2) of exactly these bytes to an existing file. May take very long: an unbind waits for whoever holds the device open,
    /// and giving up on the wait does not undo the write.
    /// </summary>
    ValueTask<Errno> WriteAsync(string path, string text, CancellationToken cancellationToken);

    /// <summary>Opens a device node for reading and writing and closes it at once. <see cref="Errno.Busy"/> tells that somebody holds it.</summary>
    ValueTask<Errno> ProbeOpenAsync(string path, CancellationToken cancellationToken);
}
