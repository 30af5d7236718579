namespace MultiEni.Operator.Client;

/// <summary>No usable way to the API server is configured. The message names the file, the line and what is wrong.</summary>
public sealed class KubernetesConfigException(string message, Exception? inner = null) : Exception(message, inner);
