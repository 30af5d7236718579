using System.Globalization;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Devices;

/// <summary>
/// Looks for the process that has a device node open (S11). A node of VFIO has a single opener and
/// tells by itself that it is taken; one of UIO takes any number, so that only the kernel's list of
/// open files knows.
/// </summary>
/// <remarks>
/// What a process calls its files is its own choice: a pod can have a folder at <c>/dev/vfio</c> and
/// put a file there that is named like a device. So an open file counts as the device by its number,
/// and only if it was opened for use, which the container's device rules allow for devices that it
/// was given: any program may make a node of any number and open it with O_PATH.
/// </remarks>
internal sealed class OpenFiles(IHostFiles files)
{
    // PROC_PID_INIT_INO of include/uapi/linux/nsfs.h: the number of the first process namespace on
    // every kernel.
    private const string HostNamespace = "pid:[4026531836]";

    // O_PATH of include/uapi/asm-generic/fcntl.h.
    private const long PathOnly = 0x200000;
    private const string NoIommuPrefix = "noiommu-";

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
        if (!(await FindAsync(new HashSet<string>(StringComparer.Ordinal) { node }, cancellationToken)).TryGetValue(node, out var holder))
        {
            return null;
        }

        var name = (await files.ReadTextAsync($"/proc/{holder.Process}/comm", cancellationToken))?.Trim();
        return $"{(string.IsNullOrEmpty(name) ? "a program" : name)} (process {holder.Process})";
    }

    /// <summary>
    /// Who has each of some device nodes open, the first process of each; those that none can be seen
    /// to have are missing. Reads the open files of every process of the node until all are found.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, OpenFile>> FindAsync(IReadOnlySet<string> nodes, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, OpenFile>(StringComparer.Ordinal);
        var sought = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            if (await NumberAsync(node, cancellationToken) is { } device)
            {
                sought[device] = node;
            }
        }

        if (sought.Count == 0)
        {
            return found;
        }

        var names = nodes.SelectMany(NamesOf).ToHashSet(StringComparer.Ordinal);
        foreach (var process in await files.ListAsync("/proc", cancellationToken))
        {
            if (int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                await FindAsync(number, names, sought, found, cancellationToken);
            }

            if (found.Count == sought.Count)
            {
                break;
            }
        }

        return found;
    }

    /// <summary>Whether a process still has a device node open as it was seen to.</summary>
    public async Task<bool> IsOpenAsync(OpenFile file, string node, CancellationToken cancellationToken) =>
        await NumberAsync(node, cancellationToken) is { } number && await DeviceAsync(file, [.. NamesOf(node)], cancellationToken) == number;

    private ValueTask<string?> NumberAsync(string node, CancellationToken cancellationToken) =>
        files.ReadTextAsync(SysfsPaths.NumberOf(node), cancellationToken);

    // A container has the node of a no-IOMMU group under the plain number too.
    private static IEnumerable<string> NamesOf(string node)
    {
        var name = node[(node.LastIndexOf('/') + 1)..];
        return name.StartsWith(NoIommuPrefix, StringComparison.Ordinal) ? [name, name[NoIommuPrefix.Length..]] : [name];
    }

    private async Task FindAsync(
        int process,
        HashSet<string> names,
        Dictionary<string, string> sought,
        Dictionary<string, OpenFile> found,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<string> descriptors;
        try
        {
            descriptors = await files.ListAsync($"/proc/{process}/fd", cancellationToken);
        }
        catch (UnauthorizedAccessException)
        {
            // Not even root may look into some processes of others, and none of those has a device.
            return;
        }

        foreach (var descriptor in descriptors)
        {
            var file = new OpenFile(process, descriptor);
            if (await DeviceAsync(file, names, cancellationToken) is { } number && sought.TryGetValue(number, out var node))
            {
                found.TryAdd(node, file);
            }
        }
    }

    // By its name first: nobody else's files are looked at, some of which may be far away.
    private async Task<string?> DeviceAsync(OpenFile file, HashSet<string> names, CancellationToken cancellationToken)
    {
        var path = $"/proc/{file.Process}/fd/{file.Descriptor}";
        return
            await files.ReadLinkAsync(path, cancellationToken) is { } target
            && names.Contains(target[(target.LastIndexOf('/') + 1)..])
            && await IsInUseAsync(file, cancellationToken)
            && await files.ReadDeviceNumberAsync(path, cancellationToken) is { } number
            // Once more, for the process may have put another file in its place meanwhile.
            && await IsInUseAsync(file, cancellationToken)
            ? number
            : null;
    }

    private async Task<bool> IsInUseAsync(OpenFile file, CancellationToken cancellationToken) =>
        (await files.ReadTextAsync($"/proc/{file.Process}/fdinfo/{file.Descriptor}", cancellationToken))
            ?.Split('\n')
            .FirstOrDefault(line => line.StartsWith("flags:", StringComparison.Ordinal))
            is { } flags
        && (Convert.ToInt64(flags["flags:".Length..].Trim(), 8) & PathOnly) == 0;
}

/// <summary>A file that a process has open.</summary>
/// <param name="Process">The process.</param>
/// <param name="Descriptor">Its number for the file.</param>
internal readonly record struct OpenFile(int Process, string Descriptor);
