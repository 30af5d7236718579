using System.Globalization;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Devices;

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
        foreach (var process in await files.ListAsync("/proc", cancellationToken))
        {
            if (int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                await FindAsync(number, nodes, found, cancellationToken);
            }

            if (found.Count == nodes.Count)
            {
                break;
            }
        }

        return found;
    }

    /// <summary>Whether a process still has a device node open as it was seen to.</summary>
    public async Task<bool> IsOpenAsync(OpenFile file, string node, CancellationToken cancellationToken) =>
        await files.ReadLinkAsync($"/proc/{file.Process}/fd/{file.Descriptor}", cancellationToken) == node;

    private async Task FindAsync(int process, IReadOnlySet<string> nodes, Dictionary<string, OpenFile> found, CancellationToken cancellationToken)
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
            if (await files.ReadLinkAsync($"/proc/{process}/fd/{descriptor}", cancellationToken) is { } target && nodes.Contains(target))
            {
                found.TryAdd(target, new OpenFile(process, descriptor));
            }
        }
    }
}

/// <summary>A file that a process has open.</summary>
/// <param name="Process">The process.</param>
/// <param name="Descriptor">Its number for the file.</param>
internal readonly record struct OpenFile(int Process, string Descriptor);
