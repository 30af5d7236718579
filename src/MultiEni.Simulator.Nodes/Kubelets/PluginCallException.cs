namespace MultiEni.Simulator.Nodes.Kubelets;

/// <summary>
/// A device plugin refused a call or did not answer; the message is as the kubelet writes it.
/// </summary>
public sealed class PluginCallException(string message, Exception? inner) : Exception(message, inner);
