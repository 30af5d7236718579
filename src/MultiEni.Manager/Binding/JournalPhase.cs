namespace MultiEni.Manager.Binding;

/// <summary>How far a change of driver had come when it was noted, always before the write that it announces.</summary>
internal enum JournalPhase
{
    /// <summary>About to take the device from its kernel driver.</summary>
    Unbinding,

    /// <summary>The kernel driver let go; about to hand the device to the user-space driver.</summary>
    Binding,

    /// <summary>The user-space driver holds it, verified.</summary>
    Bound,

    /// <summary>About to give the device back to its kernel driver, or to undo a failed bind.</summary>
    GivingBack,

    /// <summary>No driver holds it and putting the kernel driver back failed.</summary>
    Driverless,
}
