namespace MultiEni.Manager.Kubelet.Wire;

/// <summary>Bytes that are no protocol buffer message.</summary>
internal sealed class ProtoException(string message, Exception? inner = null) : FormatException(message, inner);
