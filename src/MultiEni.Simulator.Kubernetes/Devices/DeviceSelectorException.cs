namespace MultiEni.Simulator.Kubernetes.Devices;

/// <summary>
/// A selector that is refused, or that fails on a device, in which case a real scheduler gives up
/// the allocation.
/// </summary>
/// <param name="message">In the words of the server, where they are known.</param>
public sealed class DeviceSelectorException(string message) : Exception(message)
{
    /// <summary>Whether it is refused because of what it may cost.</summary>
    public bool IsTooCostly { get; init; }
}
