using MultiEni.Api.NodeEnis;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Devices;

/// <summary>
/// Finds the device of an ENI: by hardware address, for a device without an interface by
/// the journal of this boot, by this agent's report of this boot, then by elimination; never by
/// slot order or by the form of a name.
/// </summary>
internal static class DeviceIdentity
{
    /// <summary>The device of <paramref name="claim"/>.</summary>
    /// <param name="claim">The ENI looked for.</param>
    /// <param name="others">The other ENIs of this node.</param>
    /// <param name="host">What the host shows.</param>
    /// <param name="allowed">Devices that an ENI can be.</param>
    public static DeviceMatch Find(DeviceClaim claim, IReadOnlyList<DeviceClaim> others, HostObservation host, IReadOnlyList<PciIds> allowed)
    {
        if (claim.Mac is not { } mac)
        {
            return ByDeviceIndex(claim, others, host, allowed);
        }

        var visible = host.Devices.Where(device => host.MacOf(device) == mac).ToList();
        return visible switch
        {
            [var device] => Check(claim, device, IdentityProof.HardwareAddress, host),
            [] => WithoutInterface(claim, others, host, allowed),
            _ => new DeviceMatch.Ambiguous(
                $"Several devices show the hardware address {mac} of {claim.EniId}: {Names(visible)}. Remove the copy of the address."
            ),
        };
    }

    /// <summary>
    /// The device to give back. What this agent bound in this boot is known by its journal,
    /// whatever the specification says by now: a wrong <c>dpdkPCIAddress</c>, or a hardware address
    /// that is not on record any more, does not make it somebody else's. Without such an address
    /// the place that this agent reported is looked at before any other: a device in a pod shows
    /// nothing else.
    /// </summary>
    /// <param name="claim">The ENI that goes away.</param>
    /// <param name="others">The other ENIs of this node.</param>
    /// <param name="host">What the host shows.</param>
    /// <param name="allowed">Devices that an ENI can be.</param>
    public static DeviceMatch FindForRelease(
        DeviceClaim claim,
        IReadOnlyList<DeviceClaim> others,
        HostObservation host,
        IReadOnlyList<PciIds> allowed
    )
    {
        if (claim.JournalAddress is not { } address || host.DeviceAt(address) is not { } device || HasMoved(claim, device, host))
        {
            return claim.Mac is null && Reported(claim, others, host) is { } noted
                ? noted
                : Find(claim with { GivenAddress = null }, others, host, allowed);
        }

        var shown = host.MacOf(device);
        return shown is not null || IsStill(device, claim.JournalDriver)
            ? new DeviceMatch.Found(device, shown is not null && shown == claim.Mac ? IdentityProof.HardwareAddress : IdentityProof.Journal)
            : new DeviceMatch.Ambiguous(
                $"{address} was bound to {claim.JournalDriver} for {claim.EniId}, and {device.Driver ?? "no driver"} holds it without an interface: whether it is "
                    + "still the same device cannot be told. Give it to its kernel driver, or remove it from the node."
            );
    }

    // Another ENI shows itself in its place, or it shows itself elsewhere and nothing here says
    // that it was bound.
    private static bool HasMoved(DeviceClaim claim, PciDevice device, HostObservation host) =>
        claim.Mac is { } mac
        && (
            (host.MacOf(device) is { } shown && shown != mac)
            || (claim.JournalDriver is null && host.Devices.Any(other => other.Address != device.Address && host.MacOf(other) == mac))
        );

    // Null: there is nothing at the reported place, or what is there is another ENI's.
    private static DeviceMatch? Reported(DeviceClaim claim, IReadOnlyList<DeviceClaim> others, HostObservation host)
    {
        if (claim.ReportedAddress is not { } address || host.DeviceAt(address) is not { } device)
        {
            return null;
        }

        var shown = host.MacOf(device);
        if (others.Any(other => other.JournalAddress == address || (shown is not null && other.Mac == shown)))
        {
            return null;
        }

        if (others.FirstOrDefault(other => other.ReportedAddress == address) is { } rival)
        {
            return new DeviceMatch.Ambiguous(
                $"The hardware address of {claim.Attachment} is not known, and {address} was reported for it and for {rival.Attachment}. "
                    + "End the pod that has the device: its interface shows whose it is."
            );
        }

        return device.IsHeldByDpdk && device.Driver != claim.ReportedDriver
            ? new DeviceMatch.Ambiguous(
                $"{address} was reported for {claim.Attachment} with {claim.ReportedDriver ?? "no driver"}, and {device.Driver} holds it: without the hardware "
                    + "address of the ENI it cannot be told whether it is still the same device. Give it to its kernel driver, or remove it from the node."
            )
            : new DeviceMatch.Found(device, IdentityProof.Report);
    }

    private static DeviceMatch WithoutInterface(
        DeviceClaim claim,
        IReadOnlyList<DeviceClaim> others,
        HostObservation host,
        IReadOnlyList<PciIds> allowed
    )
    {
        if (Unseen(claim.JournalAddress, host) is { } journaled && IsStill(journaled, claim.JournalDriver))
        {
            return Check(claim, journaled, IdentityProof.Journal, host);
        }

        if (
            Unseen(claim.ReportedAddress, host) is { } reported
            && reported.Driver is not null
            && reported.Driver == claim.ReportedDriver
            && !IsClaimed(reported, others, host)
        )
        {
            return Check(claim, reported, IdentityProof.Report, host);
        }

        if (claim.GivenAddress is { } given && GivenIsImpossible(claim, given, host) is { } blocker)
        {
            return blocker;
        }

        var missing = $"No device with the hardware address {claim.Mac} of {claim.EniId} has appeared on the node yet.";
        var candidates = host
            .Devices.Where(device => device.InterfaceName is null && allowed.Contains(device.Ids) && !IsClaimed(device, others, host))
            .ToList();
        if (!claim.MayEliminate)
        {
            return new DeviceMatch.Absent(missing) { MayBeHidden = candidates.Count > 0 };
        }

        var rivals = others.Where(other => IsMissing(other, host)).ToList();
        if (claim.GivenAddress is { } wanted && candidates.Find(device => device.Address == wanted) is { } chosen)
        {
            return new DeviceMatch.Found(chosen, IdentityProof.Elimination);
        }

        return (candidates, rivals) switch
        {
            ([], _) => new DeviceMatch.Absent(missing),
            ([var only], []) => Check(claim, only, IdentityProof.Elimination, host),
            _ => new DeviceMatch.Ambiguous(
                $"{missing} Devices without an interface: {Names(candidates)}; ENIs that could be one of them: "
                    + $"{string.Join(", ", rivals.Select(rival => rival.EniId).Prepend(claim.EniId))}. "
                    + "Name the device with dpdkPCIAddress, or give the devices back to their kernel driver."
            ),
        };
    }

    // EC2's device index is not in sysfs. Without a hardware address it can only say "not the
    // primary one", which is enough when the node has a single other device.
    private static DeviceMatch ByDeviceIndex(
        DeviceClaim claim,
        IReadOnlyList<DeviceClaim> others,
        HostObservation host,
        IReadOnlyList<PciIds> allowed
    )
    {
        if (claim.DeviceIndex is not > 0)
        {
            return new DeviceMatch.Absent("Neither the hardware address nor the device index of the ENI is known yet.");
        }

        var primary = PrimaryInterface.EffectiveDefaultLinks(host.Network, [], "");
        var candidates = host
            .Devices.Where(device =>
                allowed.Contains(device.Ids) && !IsClaimed(device, others, host) && host.LinkOf(device) is { } link && !primary.Contains(link.Index)
            )
            .ToList();
        return (candidates, primary.Count) switch
        {
            ([], _) => new DeviceMatch.Absent($"No device that could have the device index {claim.DeviceIndex} has appeared on the node yet."),
            ([var only], > 0) => Check(claim, only, IdentityProof.DeviceIndex, host),
            _ => new DeviceMatch.Ambiguous(
                $"The hardware address of the ENI is not known and the device index {claim.DeviceIndex} alone does not tell {Names(candidates)} apart."
            ),
        };
    }

    private static DeviceMatch Check(DeviceClaim claim, PciDevice device, IdentityProof proof, HostObservation host)
    {
        if (claim.GivenAddress is not { } given || given == device.Address)
        {
            return new DeviceMatch.Found(device, proof);
        }

        if (host.DeviceAt(given) is null)
        {
            return new DeviceMatch.AddressNotFound(
                $"No network device has the PCI address {given} given by dpdkPCIAddress (lspci -D lists them); {claim.EniId} ({claim.Mac}) is at "
                    + $"{device.Address} on this node. Set dpdkPCIAddress to {device.Address} or leave it out."
            );
        }

        return new DeviceMatch.Mismatch(
            $"dpdkPCIAddress says {given}, but {claim.EniId} ({claim.Mac}) is at {device.Address} on this node"
                + (host.DeviceAt(given) is { } there && host.MacOf(there) is { } other ? $"; {given} is {other}." : ".")
                + $" Set dpdkPCIAddress to {device.Address} or leave it out."
        );
    }

    private static DeviceMatch? GivenIsImpossible(DeviceClaim claim, PciAddress given, HostObservation host) =>
        host.DeviceAt(given) switch
        {
            null when claim.MayEliminate => new DeviceMatch.AddressNotFound(
                $"No network device has the PCI address {given} given by dpdkPCIAddress. Look it up on the node (lspci) or leave dpdkPCIAddress out."
            ),
            { } device when host.MacOf(device) is { } other => new DeviceMatch.Mismatch(
                $"dpdkPCIAddress says {given}, but the device there has the hardware address {other} and {claim.EniId} has {claim.Mac}. "
                    + "Correct dpdkPCIAddress or leave it out."
            ),
            _ => null,
        };

    // A device that shows another ENI's address is not the one that was noted: addresses are reused
    // after a detach (docs/reference/driver-binding.md#identity-of-a-device).
    private static PciDevice? Unseen(PciAddress? address, HostObservation host) =>
        address is { } known && host.DeviceAt(known) is { } device && host.MacOf(device) is null ? device : null;

    // An ENI that was pulled out and another one plugged in have the same address, and the newcomer
    // shows no interface at first. It has neither the driver nor the override that the other one
    // was given: the kernel forgets those with the device.
    private static bool IsStill(PciDevice device, string? driver) =>
        driver is null || device.Driver == driver || (device.IsLeavingVfio && driver == DpdkDrivers.VfioPci) || device.DriverOverride == driver;

    private static bool IsClaimed(PciDevice device, IReadOnlyList<DeviceClaim> others, HostObservation host)
    {
        var mac = host.MacOf(device);
        foreach (var other in others)
        {
            if ((mac is not null && other.Mac == mac) || other.JournalAddress == device.Address || other.ReportedAddress == device.Address)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsMissing(DeviceClaim other, HostObservation host) =>
        Unseen(other.JournalAddress, host) is null
        && Unseen(other.ReportedAddress, host) is null
        && !host.Devices.Any(device => other.Mac is not null && host.MacOf(device) == other.Mac);

    private static string Names(List<PciDevice> devices) => devices.Count == 0 ? "none" : string.Join(", ", devices.Select(device => device.Address));
}

/// <summary>The answer to: which device is this ENI?</summary>
internal abstract record DeviceMatch
{
    private DeviceMatch() { }

    /// <summary>This one.</summary>
    /// <param name="Device">The device.</param>
    /// <param name="Proof">What the answer rests on.</param>
    public sealed record Found(PciDevice Device, IdentityProof Proof) : DeviceMatch;

    /// <summary>It has not appeared, or it is gone.</summary>
    public sealed record Absent(string Message) : DeviceMatch
    {
        /// <summary>
        /// Whether a device without an interface is there that could be it: which one it is shows
        /// when it cannot merely be late any more.
        /// </summary>
        public bool MayBeHidden { get; init; }
    }

    /// <summary>Several devices could be it, and guessing is not allowed.</summary>
    public sealed record Ambiguous(string Message) : DeviceMatch;

    /// <summary>
    /// The user's address belongs to another device. Terminal until the specification changes.
    /// </summary>
    public sealed record Mismatch(string Message) : DeviceMatch;

    /// <summary>There is no device at the user's address.</summary>
    public sealed record AddressNotFound(string Message) : DeviceMatch;
}

/// <summary>What is known of an ENI for finding its device.</summary>
internal sealed record DeviceClaim
{
    /// <summary>Name of the attachment.</summary>
    public required string Attachment { get; init; }

    /// <summary>The ENI.</summary>
    public string EniId { get; init; } = "";

    /// <summary>The ENI's hardware address; null while it is not known.</summary>
    public MacAddress? Mac { get; init; }

    /// <summary>The address that the user says the device has.</summary>
    public PciAddress? GivenAddress { get; init; }

    /// <summary>Where the journal of this boot says that the device is.</summary>
    public PciAddress? JournalAddress { get; init; }

    /// <summary>
    /// The driver to which it was handed, when the journal says that this was finished; otherwise
    /// null.
    /// </summary>
    public string? JournalDriver { get; init; }

    /// <summary>Where this agent last reported the device in this boot.</summary>
    public PciAddress? ReportedAddress { get; init; }

    /// <summary>The driver that held it then; null when none did.</summary>
    public string? ReportedDriver { get; init; }

    /// <summary>Device index on the instance; null while it is not known.</summary>
    public int? DeviceIndex { get; init; }

    /// <summary>
    /// Whether the hardware address has stayed invisible for so long that the device cannot merely
    /// be late: only then do the devices without an interface count as candidates.
    /// </summary>
    public bool MayEliminate { get; init; }
}

/// <summary>
/// What the identity of a device rests on, the strongest first
/// (docs/reference/driver-binding.md#identity-of-a-device).
/// </summary>
internal enum IdentityProof
{
    /// <summary>Its interface shows the ENI's hardware address.</summary>
    HardwareAddress,

    /// <summary>The journal of this boot.</summary>
    Journal,

    /// <summary>This agent's own report of this boot.</summary>
    Report,

    /// <summary>No other device is left for this ENI, and no other ENI for this device.</summary>
    Elimination,

    /// <summary>
    /// No hardware address is known, and the node has exactly one device that it can be.
    /// </summary>
    DeviceIndex,
}
