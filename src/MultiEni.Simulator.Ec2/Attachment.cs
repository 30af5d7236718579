namespace MultiEni.Simulator.Ec2;

/// <summary>The place of a network interface in an instance.</summary>
/// <param name="DeleteOnTermination">False when attached by the API, true for the primary interface [ec2 F.5].</param>
public sealed record Attachment(
    string Id,
    string InstanceId,
    int DeviceIndex,
    int NetworkCardIndex,
    AttachmentStatus Status,
    bool DeleteOnTermination,
    DateTimeOffset AttachTime
);
