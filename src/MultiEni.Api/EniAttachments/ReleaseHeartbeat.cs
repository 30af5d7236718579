using MultiEni.Api.Kubernetes;

namespace MultiEni.Api.EniAttachments;

/// <summary>
/// How an agent that works on a release says that it is alive: it renews <see cref="DeviceStatus.ReleaseHeartbeatTime"/>. A release may wait for a
/// pod for days, and silence must not be taken for an answer, nor an answer for a sign of life.
/// </summary>
public static class ReleaseHeartbeat
{
    /// <summary>How often it is renewed: seldom enough to cost next to nothing, and three times within the controller's default patience.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromSeconds(90);

    /// <summary>For how long an agent that has renewed it before is believed to be alive, whatever shorter time the controller is told to wait.</summary>
    public static TimeSpan Patience { get; } = Interval * 3;

    /// <summary>
    /// For how long an agent that has not renewed it yet is believed to be at work. It says nothing of a release that is over in
    /// <see cref="TransientReasons.Deferral"/>, nor within one step, which a kernel or a script may keep for a minute.
    /// </summary>
    public static TimeSpan FirstPatience { get; } = TimeSpan.FromMinutes(2);

    /// <summary>The value to report now: the last one until it is due, so that a look that finds nothing new costs no write.</summary>
    /// <param name="last">The value reported last; null for none.</param>
    /// <param name="now">The agent's clock. The controller compares values and not clocks.</param>
    public static DateTimeOffset Next(DateTimeOffset? last, DateTimeOffset now) =>
        last is { } before && before <= now && now - before < Interval ? before : Timestamps.ToSeconds(now);
}
