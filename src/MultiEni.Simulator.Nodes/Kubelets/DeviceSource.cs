namespace MultiEni.Simulator.Nodes.Kubelets;

/// <summary>Who serves a resource on a node.</summary>
internal enum DeviceSource
{
    /// <summary>
    /// The SR-IOV device plugin, whose insides are simulated and which needs no socket.
    /// </summary>
    SriovPlugin,

    /// <summary>A program that registered at the kubelet's socket.</summary>
    Socket,
}
