using MultiEni.Api.Kubernetes;

namespace MultiEni.Api.EniAttachments;

/// <summary>
/// The heartbeat of an ENI manager that works on a release: it renews
/// <see cref="DeviceStatus.ReleaseHeartbeatTime"/>. A release may wait for a pod for days, so a
/// condition alone does not prove that the ENI manager is alive.
/// </summary>
public static class ReleaseHeartbeat
{
    /// <summary>
    /// Renewal interval: long enough to cost almost nothing, and three times within the
    /// controller's default timeout.
    /// </summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromSeconds(90);

    /// <summary>
    /// How long an ENI manager that has sent a heartbeat is considered alive, even if the
    /// controller's timeout is shorter.
    /// </summary>
    public static TimeSpan Patience { get; } = Interval * 3;

    /// <summary>
    /// How long an ENI manager without a heartbeat is considered alive. It sends none for a release
    /// that finishes within <see cref="TransientReasons.Deferral"/>, nor during a single step,
    /// which the kernel or a script may block for a minute.
    /// </summary>
    public static TimeSpan FirstPatience { get; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// The value to report now: the last one until a renewal is due, so that a reconcile without
    /// changes costs no write.
    /// </summary>
    /// <param name="last">The value reported last; null for none.</param>
    /// <param name="now">
    /// The ENI manager's clock. The controller compares values, not clocks.
    /// </param>
    public static DateTimeOffset Next(DateTimeOffset? last, DateTimeOffset now) =>
        last is { } before && before <= now && now - before < Interval ? before : Timestamps.ToSeconds(now);
}
