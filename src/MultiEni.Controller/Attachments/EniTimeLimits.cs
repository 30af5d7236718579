namespace MultiEni.Controller.Attachments;

/// <summary>How long the controller waits for what.</summary>
internal sealed record EniTimeLimits
{
    /// <summary>
    /// An attachment that is not confirmed after this long is undone and tried again; the limit that the EBS driver uses
    /// (docs/reference/ec2.md#attachments).
    /// </summary>
    public TimeSpan StuckAttaching { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>A graceful detachment that takes longer than this is forced (<c>DETACHMENT_TIMEOUT</c>).</summary>
    public TimeSpan ForceDetachAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// An agent that has given no sign of life for this long is not waited for any more (<c>RELEASE_TIMEOUT</c>). One that has renewed its heartbeat
    /// in this release is given <see cref="Api.EniAttachments.ReleaseHeartbeat.Patience"/> at least, any other <see cref="Api.EniAttachments.ReleaseHeartbeat.FirstPatience"/>.
    /// </summary>
    public TimeSpan Release { get; init; } = TimeSpan.FromMinutes(5);
}
