namespace MultiEni.Simulator.Nodes;

/// <summary>Reading and writing the files of the kernel. Guarded by its host's lock.</summary>
internal sealed class KernelFiles(KernelTree tree, DriverCore drivers, KernelModules modules, NetworkStack network)
{
    // A page less one, the most that driver_override takes.
    private const int LongestOverride = 4095;

    /// <summary>
    /// What is at a path. Links on the way are followed; the last part is followed only when asked.
    /// </summary>
    internal KernelNode? Find(string path, bool followLast)
    {
        for (var hops = 0; hops < 8; hops++)
        {
            var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
            var node = tree.Lookup(parts);
            if (node is KernelNode.Link { Target: var target } && followLast)
            {
                path = target;
                continue;
            }

            if (node is not null || ThroughLink(parts) is not { } through)
            {
                return node;
            }

            path = through;
        }

        return null;
    }

    /// <summary>One write(2) of these bytes.</summary>
    internal WriteOutcome Write(string path, string text)
    {
        if (Find(path, followLast: true) is not { } node)
        {
            return WriteOutcome.Failure(LinuxErrors.NoEntry);
        }

        switch (node)
        {
            case KernelNode.Directory:
                return WriteOutcome.Failure(LinuxErrors.IsDirectory);
            case KernelNode.File { Writable: false }:
                return WriteOutcome.Failure(LinuxErrors.AccessDenied);
            case KernelNode.Device:
                return WriteOutcome.Failure(LinuxErrors.Invalid);
        }

        // The kernel does not even ask the file's owner
        // (docs/reference/driver-binding.md#driver-files).
        return text.Length == 0 ? WriteOutcome.Success : Dispatch(Canonical(path), text);
    }

    /// <summary>
    /// The device whose lock a read of this file needs: driver_override is read under it
    /// (drivers/pci/pci-sysfs.c).
    /// </summary>
    internal Task ReadLock(string path) =>
        Canonical(path) is ["sys", "bus", "pci", "devices", var address, "driver_override"] && drivers.Find(address)?.Release is { } release
            ? release.Completion
            : Task.CompletedTask;

    private WriteOutcome Dispatch(string[] parts, string text)
    {
        var line = text.EndsWith('\n') ? text[..^1] : text;
        return parts switch
        {
            ["sys", "bus", "pci", "drivers", var driver, "bind"] => drivers.Bind(driver, line),
            ["sys", "bus", "pci", "drivers", var driver, "unbind"] => drivers.Unbind(driver, line),
            ["sys", "bus", "pci", "drivers_probe"] => drivers.ProbeAgain(line),
            ["sys", "bus", "pci", "devices", var address, "driver_override"] => WriteOverride(address, text),
            ["sys", "module", "vfio", "parameters", ..] => WriteOutcome.Failure(modules.WriteNoIommu(line)),
            ["proc", "sys", "net", "ipv4", "conf", var name, "rp_filter"] => WriteOutcome.Failure(network.SetPathFilter(name, line)),
            _ => WriteOutcome.Success,
        };
    }

    private WriteOutcome WriteOverride(string address, string text)
    {
        if (drivers.Find(address) is not { } device)
        {
            return WriteOutcome.Failure(LinuxErrors.NoDevice);
        }

        if (device.Release is { } release)
        {
            return new WriteOutcome.WaitsFor(release.Completion);
        }

        var value = text.EndsWith('\n') ? text[..^1] : text;
        if (text.Length >= LongestOverride || value.Contains('\n', StringComparison.Ordinal))
        {
            return WriteOutcome.Failure(LinuxErrors.Invalid);
        }

        var end = value.IndexOf('\0', StringComparison.Ordinal);
        value = end < 0 ? value : value[..end];
        device.Override = value.Length == 0 ? null : value;
        return WriteOutcome.Success;
    }

    private string[] Canonical(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var hops = 0; hops < 8 && ThroughLink(parts) is { } through; hops++)
        {
            parts = through.Split('/', StringSplitOptions.RemoveEmptyEntries);
        }

        return parts;
    }

    /// <summary>The same path with its first link replaced by what the link means.</summary>
    private string? ThroughLink(string[] parts)
    {
        for (var length = 4; length < parts.Length; length++)
        {
            if (tree.Lookup(parts[..length]) is KernelNode.Link { Target: var target })
            {
                return string.Join('/', [target, .. parts[length..]]);
            }
        }

        return null;
    }
}
