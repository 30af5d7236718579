using MultiEni.Api;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Links;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Steps;

/// <summary>What the agent does next for one attachment.</summary>
internal abstract record DeviceStep
{
    private DeviceStep(StepKind kind, string condition, Blocker? blocker = null)
    {
        Kind = kind;
        Affects = condition;
        Blocker = blocker;
    }

    /// <summary>What kind of step it is.</summary>
    public StepKind Kind { get; }

    /// <summary>
    /// The condition that is false while the step is blocked or fails; empty for a step that does
    /// neither.
    /// </summary>
    public string Affects { get; }

    /// <summary>What keeps the attachment from going on; null when nothing does.</summary>
    public Blocker? Blocker { get; }

    /// <summary>All that was asked for is done.</summary>
    public sealed record Nothing() : DeviceStep(StepKind.Settled, "");

    /// <summary>Something that should come by itself is missing.</summary>
    /// <param name="Condition">The condition that it keeps from being true.</param>
    /// <param name="Why">What, and what helps.</param>
    public sealed record Wait(string Condition, Blocker Why) : DeviceStep(StepKind.Settled, Condition, Why);

    /// <summary>It must not, or cannot, be done until somebody changes something.</summary>
    /// <param name="Condition">The condition that it keeps from being true.</param>
    /// <param name="Why">What, and what helps.</param>
    public sealed record Refuse(string Condition, Blocker Why) : DeviceStep(StepKind.Settled, Condition, Why);

    /// <summary>Bring the link up.</summary>
    public sealed record LinkUp(int LinkIndex, string Name) : DeviceStep(StepKind.Link, ConditionTypes.Configured);

    /// <summary>Set the link's MTU, in bytes.</summary>
    public sealed record SetMtu(int LinkIndex, string Name, int Mtu) : DeviceStep(StepKind.Link, ConditionTypes.Configured);

    /// <summary>Change names, addresses, routes and rules of the link.</summary>
    /// <param name="Link">The link; null when only what leads there is removed.</param>
    /// <param name="Operations">The changes, in their order.</param>
    public sealed record ChangeLink(Link? Link, IReadOnlyList<LinkOperation> Operations) : DeviceStep(StepKind.Link, ConditionTypes.Configured)
    {
        /// <summary>The link's name, for people.</summary>
        public string Name => Link?.Name ?? "the link that is not in the host's network namespace";
    }

    /// <summary>
    /// Bind the device to the driver, or finish or adopt a bind that was begun before.
    /// </summary>
    public sealed record Bind(PciDevice Device, string Driver) : DeviceStep(StepKind.Driver, ConditionTypes.Bound);

    /// <summary>Return the device to its kernel driver.</summary>
    /// <param name="Device">The device.</param>
    /// <param name="Condition">The condition that a failure keeps from being true.</param>
    public sealed record GiveBack(PciDevice Device, string Condition) : DeviceStep(StepKind.Driver, Condition);

    /// <summary>Advertise the device to the kubelet.</summary>
    public sealed record Publish(OfferedDevice Offer) : DeviceStep(StepKind.Advertisement, ConditionTypes.Advertised);

    /// <summary>Advertise it no longer.</summary>
    /// <param name="Address">The device.</param>
    /// <param name="ReplacedBy">The ENI that is in its place by now; null when none is.</param>
    public sealed record Withdraw(PciAddress Address, string? ReplacedBy = null) : DeviceStep(StepKind.Advertisement, "");

    /// <summary>Find out whether a pod or process has the device; then decide again.</summary>
    public sealed record CheckUse(PciDevice Device) : DeviceStep(StepKind.Probe, "");

    /// <summary>
    /// The device needs nothing more from this node: say so and let the attachment go.
    /// </summary>
    public sealed record ReleaseDone(string Message) : DeviceStep(StepKind.Release, "");
}

/// <summary>What kind of step it is, as far as it is treated alike.</summary>
internal enum StepKind
{
    /// <summary>Nothing is done until something changes.</summary>
    Settled,

    /// <summary>The end of a deletion.</summary>
    Release,

    /// <summary>Looks at something that is not looked at each time.</summary>
    Probe,

    /// <summary>Changes what is advertised to the kubelet.</summary>
    Advertisement,

    /// <summary>Changes a link.</summary>
    Link,

    /// <summary>Changes the device's driver.</summary>
    Driver,
}
