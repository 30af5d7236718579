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
)
{
    /// <summary>ENA Express; null when it was never switched (docs/reference/ec2.md#ena-express).</summary>
    public EnaExpress? EnaExpress { get; init; }

    /// <summary>ENA queues given by hand; null for the default (docs/reference/ec2.md#ena-queues).</summary>
    public int? EnaQueueCount { get; init; }
}

/// <summary>ENA Express of an attachment.</summary>
/// <param name="Enabled">For TCP.</param>
/// <param name="Udp">For UDP too.</param>
public sealed record EnaExpress(bool Enabled, bool Udp);
