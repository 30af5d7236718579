using System.Collections.Immutable;
using MultiEni.Manager.Host;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Publishing;

/// <summary>
/// What is to be offered through the SR-IOV device plugin's file, how much of it the file says, and
/// how much of that the plugin has read. Immutable: a change gives the next state, and what a state
/// means for a device is a question to it.
/// </summary>
internal sealed record PluginFileState
{
    /// <summary>The boot in which the offers hold.</summary>
    public string BootId { get; init; } = "";

    /// <summary>Devices that pods are to have.</summary>
    public ImmutableSortedDictionary<PciAddress, OfferedDevice> Offered { get; init; } = ImmutableSortedDictionary<PciAddress, OfferedDevice>.Empty;

    /// <summary>Devices taken back that the node may still count.</summary>
    public ImmutableSortedDictionary<PciAddress, OfferedDevice> Withdrawn { get; init; } = ImmutableSortedDictionary<PciAddress, OfferedDevice>.Empty;

    /// <summary>
    /// Those of the withdrawn that were on offer in an earlier boot. Nothing that was bound then is
    /// bound now (docs/reference/driver-binding.md#reboot-and-hot-plug), so their end need not be
    /// waited for once the file no longer has them; as long as it has, a plugin that starts offers
    /// what is bound anew.
    /// </summary>
    public ImmutableHashSet<PciAddress> OfEarlierBoot { get; init; } = [];

    /// <summary>Resources whose entries in the file are ours.</summary>
    public ImmutableHashSet<string> Owned { get; init; } = [];

    /// <summary>
    /// Devices, on offer or taken back, that pods can get as long as the file is as it is.
    /// </summary>
    public ImmutableHashSet<PciAddress> InFile { get; init; } = [];

    /// <summary>Devices on offer that came into the file after the plugin last read it.</summary>
    public ImmutableHashSet<PciAddress> Unread { get; init; } = [];

    /// <summary>Devices on offer that entries of others keep out of the file.</summary>
    public IReadOnlyDictionary<PciAddress, EntryConflict> Conflicts { get; init; } = ImmutableDictionary<PciAddress, EntryConflict>.Empty;

    /// <summary>
    /// When the file's meaning last changed without the plugin having been restarted since; null
    /// when it has.
    /// </summary>
    public DateTimeOffset? RestartDueSince { get; init; }

    /// <summary>
    /// When the plugin was last restarted to read the file; null when that was before this program
    /// started, or never.
    /// </summary>
    public DateTimeOffset? ReadAt { get; init; }

    /// <summary>What was last seen of the plugin.</summary>
    public PluginSight Plugin { get; init; } = new PluginSight.Present();

    /// <summary>Why the file does not say what it should; null when it does.</summary>
    public Blocker? Trouble { get; init; }

    /// <summary>What a predecessor left. What it offered in another boot is withdrawn.</summary>
    public static PluginFileState Of(PublisherRecord record, string bootId)
    {
        var state = new PluginFileState
        {
            BootId = bootId,
            Owned = [.. record.Owned],
            RestartDueSince = record.RestartDueSince,
        };
        var offered = Devices(record.Offered);
        var withdrawn = Devices(record.Withdrawn);
        if (record.BootId != bootId)
        {
            var all = withdrawn.SetItems(offered);
            return state with { Withdrawn = all, OfEarlierBoot = [.. all.Keys] };
        }

        return state with
        {
            Offered = offered,
            Withdrawn = withdrawn,
            Unread = record.RestartDueSince is null ? [] : [.. offered.Keys],
        };
    }

    /// <summary>What a successor has to know.</summary>
    public PublisherRecord ToRecord() =>
        new()
        {
            BootId = BootId,
            Owned = [.. Owned.Order(StringComparer.Ordinal)],
            Offered = [.. Offered.Values.Select(PublisherRecordDevice.Of)],
            Withdrawn = [.. Withdrawn.Values.Select(PublisherRecordDevice.Of)],
            RestartDueSince = RestartDueSince,
        };

    /// <summary>A device is to be offered, in place of what was offered at its address.</summary>
    public PluginFileState Offer(OfferedDevice device) =>
        Offered.GetValueOrDefault(device.Address) == device
            ? this
            : this with
            {
                Offered = Offered.SetItem(device.Address, device),
                Withdrawn = Withdrawn.Remove(device.Address),
            };

    /// <summary>A device is to be offered no longer.</summary>
    public PluginFileState Withdraw(PciAddress address) =>
        Offered.TryGetValue(address, out var device)
            ? this with
            {
                Offered = Offered.Remove(address),
                Withdrawn = Withdrawn.SetItem(address, device),
                Unread = Unread.Remove(address),
            }
            : this;

    /// <summary>The file says what it should.</summary>
    /// <param name="conflicts">Devices that entries of others keep out of it.</param>
    public PluginFileState Agreeing(IReadOnlyDictionary<PciAddress, EntryConflict> conflicts)
    {
        var inFile = Offered.Values.Where(device => !conflicts.ContainsKey(device.Address)).ToList();
        return this with
        {
            Conflicts = conflicts,
            Trouble = null,
            Withdrawn = Withdrawn.RemoveRange(OfEarlierBoot),
            OfEarlierBoot = [],
            InFile = [.. inFile.Select(device => device.Address)],
            Owned = Offered.IsEmpty && Owned.IsEmpty ? Owned : [.. DevicePluginFile.OwnedBy(inFile)],
        };
    }

    /// <summary>
    /// The file was changed to say what it should, and the plugin has to read it.
    /// </summary>
    /// <param name="conflicts">Devices that entries of others keep out of it.</param>
    /// <param name="before">What it said before.</param>
    /// <param name="now">The time.</param>
    public PluginFileState Changed(IReadOnlyDictionary<PciAddress, EntryConflict> conflicts, string? before, DateTimeOffset now)
    {
        var next = Agreeing(conflicts);
        var known = DevicePluginFile.Offers(before, Offered.Values).Select(device => device.Address);
        return next with
        {
            Unread = Unread.Union(next.InFile.Except(known)),
            // Never the same moment twice: a restart that began before this change must not be
            // taken for one that followed it.
            RestartDueSince = RestartDueSince is { } due && due >= now ? due.AddTicks(1) : now,
        };
    }

    /// <summary>The file does not say what it should.</summary>
    /// <param name="why">Why not.</param>
    /// <param name="inFile">The devices that pods can get as long as it is as it is.</param>
    /// <param name="conflicts">Devices that entries of others keep out of it in any case.</param>
    public PluginFileState Disagreeing(Blocker why, IEnumerable<OfferedDevice> inFile, IReadOnlyDictionary<PciAddress, EntryConflict> conflicts) =>
        this with
        {
            Trouble = why,
            OfEarlierBoot = [],
            InFile = [.. inFile.Select(device => device.Address)],
            Conflicts = conflicts,
        };

    /// <summary>The plugin has read the file: it was restarted, or started by itself.</summary>
    /// <param name="changedAt">The change that it is known to have read.</param>
    /// <param name="now">The time.</param>
    public PluginFileState Read(DateTimeOffset changedAt, DateTimeOffset now)
    {
        var seen = this with { Plugin = new PluginSight.Present(), ReadAt = now };
        return RestartDueSince == changedAt ? seen with { RestartDueSince = null, Unread = [] } : seen;
    }

    /// <summary>Withdrawals that the node's count confirms are over.</summary>
    public PluginFileState Confirm(IReadOnlyDictionary<string, string>? allocatable)
    {
        var over = Withdrawn.Keys.Where(address => StateOf(address, allocatable, default, "") is OfferState.NotOffered).ToList();
        return over.Count == 0 ? this : this with { Withdrawn = Withdrawn.RemoveRange(over) };
    }

    /// <summary>How far the offer of the device at an address, or its end, has come.</summary>
    /// <param name="address">The device.</param>
    /// <param name="allocatable">What the node counts; null while that is not known.</param>
    /// <param name="now">The time.</param>
    /// <param name="path">The file, for messages.</param>
    public OfferState StateOf(PciAddress address, IReadOnlyDictionary<string, string>? allocatable, DateTimeOffset now, string path)
    {
        var due = RestartDueSince is not null;
        if (Offered.TryGetValue(address, out var device))
        {
            if (Conflicts.TryGetValue(address, out var conflict))
            {
                return new OfferState.Failed(device, conflict.Explain(path, device));
            }

            if (Trouble is not null && !InFile.Contains(address))
            {
                return new OfferState.Failed(device, Trouble);
            }

            // A change that the plugin has yet to read says nothing about the devices that it
            // serves already.
            var unread = Unread.Contains(address);
            return AdvertisementStatus.Offered(
                device,
                unread ? Serving(InFile) : Serving(InFile.Except(Unread)),
                unread,
                Plugin,
                allocatable,
                now - ReadAt,
                Trouble
            );
        }

        if (!Withdrawn.TryGetValue(address, out var gone))
        {
            return new OfferState.NotOffered();
        }

        return Trouble is not null && InFile.Contains(address)
            ? new OfferState.Withdrawing(gone, Trouble)
            : AdvertisementStatus.Withdrawn(gone, Serving(InFile.Except(Unread)), due, Plugin, allocatable);
    }

    private static ImmutableSortedDictionary<PciAddress, OfferedDevice> Devices(IEnumerable<PublisherRecordDevice> stored) =>
        stored.Select(one => one.ToDevice()).ToImmutableSortedDictionary(device => device.Address, device => device);

    private List<OfferedDevice> Serving(ImmutableHashSet<PciAddress> addresses) =>
        [.. Offered.Values.Where(device => addresses.Contains(device.Address))];
}

/// <summary>What was last seen of the SR-IOV device plugin on the node.</summary>
internal abstract record PluginSight
{
    private PluginSight() { }

    /// <summary>Its pod runs and reads the file, as far as is known.</summary>
    public sealed record Present : PluginSight;

    /// <summary>No pod of it is on the node.</summary>
    public sealed record Missing : PluginSight;

    /// <summary>Its pod reads something else.</summary>
    /// <param name="What">Which pod, and what it reads.</param>
    public sealed record ReadsElsewhere(string What) : PluginSight;
}
