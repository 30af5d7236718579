namespace MultiEni.Manager.Binding;

/// <summary>
/// A call to the kernel did not return in time. It goes on, and cannot be called back (docs/reference/driver-binding.md#calls-that-do-not-return).
/// </summary>
internal sealed class StuckCallException(string message) : Exception(message);
