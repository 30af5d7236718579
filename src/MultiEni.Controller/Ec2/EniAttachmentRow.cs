namespace MultiEni.Controller.Ec2;

/// <summary>Where an ENI is attached.</summary>
/// <param name="AttachmentId">`eni-attach-…`.</param>
/// <param name="InstanceId">Null for attachments to services of AWS.</param>
/// <param name="DeviceIndex">Index on the network card.</param>
/// <param name="NetworkCardIndex">Network card of the instance.</param>
/// <param name="Status">`attaching`, `attached`, `detaching`, `detached`; EC2 may add values.</param>
/// <param name="DeleteOnTermination">Whether the ENI goes with the instance.</param>
/// <param name="AttachTime">When the attachment began.</param>
internal sealed record EniAttachmentRow(
    string AttachmentId,
    string? InstanceId,
    int DeviceIndex,
    int NetworkCardIndex,
    string Status,
    bool DeleteOnTermination,
    DateTimeOffset? AttachTime
);
