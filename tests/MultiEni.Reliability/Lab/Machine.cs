using MultiEni.Simulator.Nodes;

namespace MultiEni.Reliability.Lab;

/// <summary>
/// A node with a kernel: what is on its disk, and the ENI manager that runs on it.
/// </summary>
internal sealed class Machine(string node, SimulatedHost host, string disk)
{
    public string Node => node;

    public SimulatedHost Host => host;

    /// <summary>The SR-IOV device plugin's file.</summary>
    public string PluginFile { get; } = Path.Combine(disk, "pcidp", "config.json");

    public string Journal { get; } = Path.Combine(disk, "journal", "interface-mappings.json");

    /// <summary>
    /// Where a kubelet would have its sockets. There are none: a socket's traffic is not seen by
    /// the virtual clock.
    /// </summary>
    public string KubeletRoot { get; } = Path.Combine(disk, "kubelet");

    /// <summary>Resources that its device plugin has registered.</summary>
    public HashSet<string> Registered { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether it was taken away.</summary>
    public bool IsGone { get; set; }

    /// <summary>The process at present.</summary>
    public ProcessRun? Manager { get; set; }
}
