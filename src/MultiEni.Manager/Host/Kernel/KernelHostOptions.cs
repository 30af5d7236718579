namespace MultiEni.Manager.Host.Kernel;

/// <summary>How the program reaches the kernel of the machine it runs on.</summary>
internal sealed record KernelHostOptions
{
    /// <summary>The absolute folder under which the host's <c>/sys</c>, <c>/proc</c> and <c>/dev</c> are found: <c>/</c>, or where a container mounts them.</summary>
    public string Root { get; init; } = "/";

    /// <summary>
    /// Whether a write may reach the kernel's own sysfs. Off unless the program says so at its entry point: sysfs gives no protection to an
    /// interface in use, so code that runs by accident on somebody's machine could take away its disk or its network.
    /// </summary>
    public bool AllowRealSysfs { get; init; }

    /// <summary>
    /// Room in the kernel for announcements not read yet, in bytes; null for the system's default. Too little costs no correctness: an
    /// <c>overrun</c> is announced instead.
    /// </summary>
    public int? EventBufferBytes { get; init; }
}
