namespace MultiEni.Api;

/// <summary>
/// The reasons that only say that something takes its time. Each write of an object costs the API server milliseconds of processor time, so that a state
/// that is over in a moment is not written down at all, and one that lasts is.
/// </summary>
public static class TransientReasons
{
    /// <summary>For how long such a state is not reported. What hinders, what is done and what is no longer true are told at once.</summary>
    public static TimeSpan Deferral { get; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether the reason passes by itself on a healthy node and with an EC2 that answers.</summary>
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
    /// The same of the agent's answer to a deletion, <c>Released=False</c>. That a pod may have the device is told at once: it is what keeps the ENI
    /// attached should the agent die.
    /// </summary>
    public static bool ContainsAnswer(string reason) => Contains(reason) && !ReleaseAnswer.MayBeInUse(reason);
}
