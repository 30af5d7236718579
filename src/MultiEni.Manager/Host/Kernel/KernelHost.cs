using MultiEni.Manager.Host.Kernel.Dpdk;

namespace MultiEni.Manager.Host.Kernel;

/// <summary>The machine on which the program runs, as a <see cref="NodeHost"/>.</summary>
internal static class KernelHost
{
    /// <summary>
    /// Nothing is opened yet, so this cannot fail on a machine without permissions; the operations
    /// say so themselves. Links and announcements are those of the network namespace of this
    /// process, which must be the host's.
    /// </summary>
    /// <exception cref="ArgumentException">The root is not an absolute path.</exception>
    public static NodeHost Create(KernelHostOptions options)
    {
        var calls = new BlockingCalls();
        return new NodeHost(
            new KernelFiles(options, calls),
            new RtNetlink(calls),
            new KernelEvents(options),
            new EthtoolCounters(calls),
            new DpdkTelemetry(options, calls, TimeProvider.System)
        );
    }
}

/// <summary>How the program reaches the kernel of the machine it runs on.</summary>
internal sealed record KernelHostOptions
{
    /// <summary>
    /// The absolute folder under which the host's <c>/sys</c>, <c>/proc</c> and <c>/dev</c> are
    /// found: <c>/</c>, or where a container mounts them.
    /// </summary>
    public string Root { get; init; } = "/";

    /// <summary>
    /// Whether a write may reach the kernel's own sysfs. Off unless the program says so at its
    /// entry point: sysfs gives no protection to an interface in use, so code that runs by accident
    /// on somebody's machine could take away its disk or its network.
    /// </summary>
    public bool AllowRealSysfs { get; init; }

    /// <summary>
    /// Room in the kernel for announcements not read yet, in bytes; null for the system's default.
    /// Too little costs no correctness: an <c>overrun</c> is announced instead.
    /// </summary>
    public int? EventBufferBytes { get; init; }
}

/// <summary>Paths as on the host, checked before they are joined with a root.</summary>
internal static class HostPath
{
    private static readonly string[] Trees = ["sys", "proc", "dev"];

    /// <summary>
    /// The path below a root. Only <c>/sys</c>, <c>/proc</c> and <c>/dev</c> exist here, and no
    /// path may climb out of them.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// Not an absolute path in one of the three trees, or one with an empty, <c>.</c> or <c>..</c>
    /// part.
    /// </exception>
    public static string Resolve(string root, string path)
    {
        var parts = path.Split('/');
        if (parts is not ["", var tree, ..] || Array.IndexOf(Trees, tree) < 0)
        {
            throw new ArgumentException($"'{path}' is not an absolute path below /sys, /proc or /dev.", nameof(path));
        }

        if (parts.Skip(1).Any(part => part is "" or "." or "..") || path.Contains('\0'))
        {
            throw new ArgumentException($"'{path}' has a part that is empty, '.' or '..'.", nameof(path));
        }

        return Path.Join(root, path);
    }

    /// <summary>Whether the path is in one tree, such as <c>/sys</c>.</summary>
    public static bool IsBelow(string tree, string path) => path.StartsWith(tree + "/", StringComparison.Ordinal);
}
