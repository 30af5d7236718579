namespace MultiEni.Simulator.Nodes;

/// <summary>What a path of the kernel's file systems leads to.</summary>
internal abstract record KernelNode
{
    private KernelNode() { }

    /// <summary>A file that can be read; <paramref name="Writable"/> as by its mode bits.</summary>
    internal sealed record File(string Text, bool Writable = false) : KernelNode;

    /// <summary>A file that can only be written.</summary>
    internal sealed record WriteOnly : KernelNode;

    internal sealed record Directory(IEnumerable<string> Names) : KernelNode;

    /// <summary>
    /// A link: its text as stored and the path it means, because the simulated tree is not laid out
    /// in depth as the kernel's.
    /// </summary>
    internal sealed record Link(string Text, string Target) : KernelNode;

    /// <summary>
    /// A character device with its number. <paramref name="Group"/> is the vfio group behind it.
    /// </summary>
    internal sealed record Device(string Number, int? Group = null) : KernelNode;
}
