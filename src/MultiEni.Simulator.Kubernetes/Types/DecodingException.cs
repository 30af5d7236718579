namespace MultiEni.Simulator.Kubernetes.Types;

/// <summary>A value does not fit its field; the message is that of the API server.</summary>
internal sealed class DecodingException(string message) : Exception(message);
