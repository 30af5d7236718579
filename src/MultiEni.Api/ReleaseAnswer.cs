namespace MultiEni.Api;

/// <summary>
/// Device usage according to the ENI manager's answer to a deletion, the reason of
/// <c>Released=False</c>.
/// </summary>
public static class ReleaseAnswer
{
    /// <summary>
    /// Whether the ENI manager found that a pod or a process uses the device, or could not rule it
    /// out.
    /// </summary>
    public static bool NotFoundFree(string reason) =>
        reason
            is Reasons.DeviceInUse
                or Reasons.DeviceUsageUnknown
                or Reasons.RemovalBlocked
                or Reasons.UnbindTimeout
                or Reasons.DeviceAmbiguous
                or Reasons.WaitingForDevice;

    /// <summary>
    /// Whether a pod may use the device: as above, or the ENI manager failed before it could check.
    /// </summary>
    public static bool MayBeInUse(string reason) => NotFoundFree(reason) || reason is Reasons.ReconcileFailed or Reasons.JournalUnwritable;
}
