namespace MultiEni.Manager.Host.Kernel;

/// <summary>The machine on which the program runs, as a <see cref="NodeHost"/>.</summary>
internal static class KernelHost
{
    /// <summary>
    /// Nothing is opened yet, so this cannot fail on a machine without permissions; the operations say so themselves.
    /// Links and announcements are those of the network namespace of this process, which must be the host's.
    /// </summary>
    /// <exception cref="ArgumentException">The root is not an absolute path.</exception>
    public static NodeHost Create(KernelHostOptions options)
    {
        var calls = new BlockingCalls();
        return new NodeHost(new KernelFiles(options, calls), new RtNetlink(calls), new KernelEvents(options));
    }
}
