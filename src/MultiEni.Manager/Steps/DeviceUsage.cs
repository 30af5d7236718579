namespace MultiEni.Manager.Steps;

/// <summary>Whether a pod or a process has the device (S11).</summary>
public abstract record DeviceUsage
{
    private DeviceUsage() { }

    /// <summary>Nobody looked: looking itself disturbs a process that starts at that moment [sriov 4.3].</summary>
    public sealed record NotChecked : DeviceUsage;

    /// <summary>Nobody has it.</summary>
    public sealed record Free : DeviceUsage;

    /// <summary>Somebody has it.</summary>
    /// <param name="Message">Who, as far as can be told.</param>
    public sealed record InUse(string Message) : DeviceUsage;
}
