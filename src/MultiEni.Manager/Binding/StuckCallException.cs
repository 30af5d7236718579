namespace MultiEni.Manager.Binding;

/// <summary>A call to the kernel did not return in time. It goes on, and cannot be called back [sriov 4.1].</summary>
public sealed class StuckCallException(string message) : Exception(message);
