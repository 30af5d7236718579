namespace MultiEni.Simulator.Ec2;

/// <summary>
/// The state of an attachment. A detached one is absent from the row
/// (docs/reference/ec2.md#states).
/// </summary>
public enum AttachmentStatus
{
    /// <summary>Accepted; the device is not in the instance yet.</summary>
    Attaching,

    /// <summary>The device is in the instance.</summary>
    Attached,

    /// <summary>Detach accepted; the instance has not let go of the device yet.</summary>
    Detaching,
}
