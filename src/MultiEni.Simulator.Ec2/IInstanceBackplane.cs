namespace MultiEni.Simulator.Ec2;

/// <summary>
/// Where the devices of attached network interfaces appear: a simulated node, or a virtual machine.
/// </summary>
public interface IInstanceBackplane
{
    /// <summary>
    /// Makes the device appear in the instance. The attachment becomes <c>attached</c> when the
    /// task completes.
    /// </summary>
    Task PlugAsync(PluggedEni eni, CancellationToken ct);

    /// <summary>
    /// Takes the device out of the instance. The attachment stays <c>detaching</c> until the task
    /// completes, as with a device that is held open.
    /// </summary>
    Task UnplugAsync(string instanceId, string macAddress, CancellationToken ct);

    /// <summary>The instance is gone with all of its devices; no unplug follows for them.</summary>
    Task InstanceTerminatedAsync(string instanceId, CancellationToken ct);
}
