namespace MultiEni.Manager.Steps;

/// <summary>Whether a pod or a process has the device (S11).</summary>
internal abstract record DeviceUsage
{
    private DeviceUsage() { }

    /// <summary>Nobody looked: looking itself disturbs a process that starts at that moment (docs/reference/driver-binding.md#give-back).</summary>
    public sealed record NotChecked : DeviceUsage;

    /// <summary>Nobody has it.</summary>
    public sealed record Free : DeviceUsage;

    /// <summary>Somebody has it.</summary>
    /// <param name="Message">Who, as far as can be told.</param>
    /// <param name="Resource">
    /// The only resource under which pods have it, as the kubelet tells: it gives the device to nobody else under that name. Null when there are
    /// several, or when a process has it that the kubelet knows nothing of.
    /// </param>
    public sealed record InUse(string Message, string? Resource = null) : DeviceUsage;

    /// <summary>It cannot be told, which counts as use.</summary>
    /// <param name="Message">Why, and what helps.</param>
    public sealed record Unknown(string Message) : DeviceUsage;
}
