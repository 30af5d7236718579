namespace MultiEni.Simulator.Ec2;

/// <summary>
/// The status of a network interface itself; that of its attachment is
/// <see cref="AttachmentStatus"/>.
/// </summary>
public enum NetworkInterfaceStatus
{
    /// <summary>
    /// Just created; recorded on AWS as the answer of the create call
    /// (docs/reference/ec2.md#states).
    /// </summary>
    Pending,

    /// <summary>Not attached.</summary>
    Available,

    /// <summary>Has an attachment, in whatever state that is.</summary>
    InUse,
}
