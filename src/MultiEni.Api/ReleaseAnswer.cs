namespace MultiEni.Api;

/// <summary>What an agent's answer to a deletion, the reason of <c>Released=False</c>, says of the device's use.</summary>
public static class ReleaseAnswer
{
    /// <summary>Whether the agent looked and found that a pod or a process has the device, or could not rule it out.</summary>
    public static bool NotFoundFree(string reason) =>
        reason
            is Reasons.DeviceInUse
                or Reasons.DeviceUsageUnknown
                or Reasons.RemovalBlocked
                or Reasons.UnbindTimeout
                or Reasons.DeviceAmbiguous
                or Reasons.WaitingForDevice;

    /// <summary>Whether a pod may have the device: as above, or the agent failed before it could look.</summary>
    public static bool MayBeInUse(string reason) => NotFoundFree(reason) || reason is Reasons.ReconcileFailed or Reasons.JournalUnwritable;
}
