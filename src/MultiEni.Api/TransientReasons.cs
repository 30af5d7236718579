namespace MultiEni.Api;

/// <summary>
/// Reasons of transient states. Each write costs the API server milliseconds of CPU time, so
/// short-lived states are not written at all, only those that last.
/// </summary>
public static class TransientReasons
{
    /// <summary>
    /// How long a transient state is not reported. Blockers, completed steps and invalidated
    /// conditions are reported immediately.
    /// </summary>
    public static TimeSpan Deferral { get; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether the reason is transient on a healthy node with a responsive EC2.</summary>
    public static bool Contains(string reason) =>
        reason
            is Reasons.Progressing
                or Reasons.Creating
                or Reasons.Attaching
                or Reasons.Detaching
                or Reasons.Deleting
                or Reasons.WaitingForRelease
                or Reasons.WaitingForDevice
                or Reasons.ConcurrentOperation
                or Reasons.Publishing
                or Reasons.KubeletUnavailable
                or Reasons.AllocatableMismatch
                or Reasons.Withdrawn
                or Reasons.Releasing
                or Reasons.Released;

    /// <summary>
    /// The same for the ENI manager's answer to a deletion, <c>Released=False</c>. That a pod may
    /// use the device is reported immediately: it keeps the ENI attached if the ENI manager dies.
    /// </summary>
    public static bool ContainsAnswer(string reason) => Contains(reason) && !ReleaseAnswer.MayBeInUse(reason);
}
