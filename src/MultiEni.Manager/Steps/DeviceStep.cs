using MultiEni.Manager.Devices;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Steps;

/// <summary>What the agent does next for one attachment.</summary>
internal abstract record DeviceStep
{
    private DeviceStep() { }

    /// <summary>All that was asked for is done.</summary>
    public sealed record Nothing : DeviceStep;

    /// <summary>Something that should come by itself is missing.</summary>
    /// <param name="Condition">The condition that it keeps from being true.</param>
    /// <param name="Why">What, and what helps.</param>
    public sealed record Wait(string Condition, Blocker Why) : DeviceStep;

    /// <summary>It must not, or cannot, be done until somebody changes something.</summary>
    /// <param name="Condition">The condition that it keeps from being true.</param>
    /// <param name="Why">What, and what helps.</param>
    public sealed record Refuse(string Condition, Blocker Why) : DeviceStep;

    /// <summary>Bring the link up.</summary>
    public sealed record LinkUp(int LinkIndex, string Name) : DeviceStep;

    /// <summary>Set the link's MTU, in bytes.</summary>
    public sealed record SetMtu(int LinkIndex, string Name, int Mtu) : DeviceStep;

    /// <summary>Hand the device to the driver, or finish or adopt that.</summary>
    public sealed record Bind(PciDevice Device, string Driver) : DeviceStep;

    /// <summary>Return the device to its kernel driver.</summary>
    /// <param name="Device">The device.</param>
    /// <param name="Condition">The condition that a failure keeps from being true.</param>
    public sealed record GiveBack(PciDevice Device, string Condition) : DeviceStep;

    /// <summary>Offer the device to pods.</summary>
    public sealed record Publish(OfferedDevice Offer) : DeviceStep;

    /// <summary>Offer it no longer.</summary>
    public sealed record Withdraw(PciAddress Address) : DeviceStep;

    /// <summary>Find out whether a pod or process has the device; then decide again.</summary>
    public sealed record CheckUse(PciDevice Device) : DeviceStep;

    /// <summary>The device needs nothing more from this node: say so and let the attachment go.</summary>
    public sealed record ReleaseDone(string Message) : DeviceStep;
}
