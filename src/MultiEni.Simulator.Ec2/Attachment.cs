namespace MultiEni.Simulator.Ec2;

/// <summary>The place of a network interface in an instance.</summary>
/// <param name="DeleteOnTermination">
/// False when attached by the API, true for the primary interface
/// (docs/reference/ec2.md#attachments).
/// </param>
public sealed record Attachment(
    string Id,
    string InstanceId,
    int DeviceIndex,
    int NetworkCardIndex,
    AttachmentStatus Status,
    bool DeleteOnTermination,
    DateTimeOffset AttachTime
);
