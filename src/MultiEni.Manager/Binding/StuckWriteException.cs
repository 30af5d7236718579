namespace MultiEni.Manager.Binding;

/// <summary>A write to the kernel did not return in time. It goes on, and cannot be called back [sriov 4.1].</summary>
public sealed class StuckWriteException(string message) : Exception(message);
