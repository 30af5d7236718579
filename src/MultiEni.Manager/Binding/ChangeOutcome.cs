using MultiEni.Manager.Devices;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Binding;

/// <summary>How a change of driver ended.</summary>
internal abstract record ChangeOutcome
{
    private ChangeOutcome() { }

    /// <summary>The wanted driver holds the device; read from the kernel afterwards.</summary>
    public sealed record Done(PciDevice Device) : ChangeOutcome;

    /// <summary>Refused before anything was changed.</summary>
    public sealed record Refused(Blocker Why) : ChangeOutcome;

    /// <summary>It failed and the kernel driver has the device again.</summary>
    public sealed record RolledBack(Blocker Why) : ChangeOutcome;

    /// <summary>It failed and no driver holds the device.</summary>
    public sealed record Driverless(Blocker Why) : ChangeOutcome;

    /// <summary>A write has not returned; nothing else is tried on the device until it does.</summary>
    public sealed record Stuck(Blocker Why) : ChangeOutcome;

    /// <summary>The device is gone.</summary>
    public sealed record Removed(Blocker Why) : ChangeOutcome;
}
