using System.Globalization;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Agent;

/// <summary>
/// Looks for the process that has a device node open (S11). A node of VFIO has a single opener and tells by itself that it is taken; one
/// of UIO takes any number, so that only the kernel's list of open files knows.
/// </summary>
internal sealed class OpenFiles(IHostFiles files)
{
    // PROC_PID_INIT_INO of include/uapi/linux/nsfs.h: the number of the first process namespace on every kernel.
    private const string HostNamespace = "pid:[4026531836]";

    /// <summary>Whether the processes of the whole node can be seen, and not only those of this container.</summary>
    public async Task<bool> SeesNodeAsync(CancellationToken cancellationToken) =>
        await files.ReadLinkAsync("/proc/self/ns/pid", cancellationToken) == HostNamespace;

    /// <summary>A process that has the node open, such as <c>dpdk-testpmd (process 4711)</c>; null when none can be seen.</summary>
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
