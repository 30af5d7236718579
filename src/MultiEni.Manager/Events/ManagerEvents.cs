namespace MultiEni.Manager.Events;

/// <summary>Reasons of the events that the agent records; <c>DPDKUnbound</c> and <c>DPDKUnbindFailed</c> are the Go controller's names.</summary>
public static class ManagerEvents
{
    /// <summary>A DPDK driver holds the device.</summary>
    public const string DpdkBound = "DPDKBound";

    /// <summary>The device was not handed to a DPDK driver.</summary>
    public const string DpdkBindFailed = "DPDKBindFailed";

    /// <summary>The kernel driver holds the device again.</summary>
    public const string DpdkUnbound = "DPDKUnbound";

    /// <summary>The device could not be given back to its kernel driver.</summary>
    public const string DpdkUnbindFailed = "DPDKUnbindFailed";

    /// <summary>The device must not be touched, or its link could not be set.</summary>
    public const string DeviceRefused = "DeviceRefused";

    /// <summary>The device is to be given back and a pod or a process has it.</summary>
    public const string DeviceInUse = "DeviceInUse";

    /// <summary>The device was given back and the ENI may be detached.</summary>
    public const string DeviceReleased = "DeviceReleased";

    /// <summary>Pods can request the device.</summary>
    public const string DeviceAdvertised = "DeviceAdvertised";

    /// <summary>Pods cannot request the device, and somebody has to do something about it.</summary>
    public const string DeviceNotAdvertised = "DeviceNotAdvertised";
}
