using System.Collections.Immutable;
using System.Net;

namespace MultiEni.Manager.Addresses;

/// <summary>
/// Which interface has which address, and which addresses are in their cooldown. Immutable: each
/// change is a new book.
/// </summary>
internal sealed record AddressBook
{
    /// <summary>
    /// How long an address is not given to another pod: peers may still send to the one that had it.
    /// </summary>
    public static TimeSpan Cooldown { get; } = TimeSpan.FromSeconds(30);

    /// <summary>A book without entries.</summary>
    public static AddressBook Empty { get; } = new();

    /// <summary>The leases, by interface.</summary>
    public ImmutableDictionary<InterfaceId, AddressLease> Leases { get; private init; } = ImmutableDictionary<InterfaceId, AddressLease>.Empty;

    /// <summary>
    /// Addresses that were given back, with the time on the clock that never jumps
    /// (<see cref="AddressKeeper"/>).
    /// </summary>
    public ImmutableDictionary<AddressOfEni, TimeSpan> Cooling { get; private init; } = ImmutableDictionary<AddressOfEni, TimeSpan>.Empty;

    private ImmutableDictionary<AddressOfEni, InterfaceId> Holders { get; init; } = ImmutableDictionary<AddressOfEni, InterfaceId>.Empty;

    /// <summary>A book as it was stored. Every cooldown begins anew.</summary>
    public static AddressBook Of(IEnumerable<AddressLease> leases, IEnumerable<AddressOfEni> cooling) =>
        leases.Aggregate(
            Empty with
            {
                Cooling = cooling.ToImmutableDictionary(address => address, _ => TimeSpan.Zero),
            },
            (book, lease) => book.With(lease)
        );

    /// <summary>The lease of an address; null when none has it.</summary>
    public AddressLease? HolderOf(string eniId, IPAddress address) =>
        Holders.TryGetValue(new(eniId, address.ToString()), out var holder) ? Leases[holder] : null;

    /// <summary>When the cooldown of an address ends; null when it is in none.</summary>
    public TimeSpan? CoolsUntil(string eniId, IPAddress address, TimeSpan now) =>
        Cooling.TryGetValue(new(eniId, address.ToString()), out var since) && since + Cooldown > now ? since + Cooldown : null;

    /// <summary>With a lease, in place of what its interface had.</summary>
    public AddressBook With(AddressLease lease)
    {
        var book = Leases.TryGetValue(lease.Id, out var before) ? Drop(before) : this;
        return book with
        {
            Leases = book.Leases.SetItem(lease.Id, lease),
            Holders = book.Holders.SetItems(Keys(lease).Select(key => KeyValuePair.Create(key, lease.Id))),
            Cooling = book.Cooling.RemoveRange(Keys(lease)),
        };
    }

    /// <summary>
    /// Without the lease of an interface, whose addresses are in their cooldown from now on. A
    /// whole device needs none: whoever gets it next has it all.
    /// </summary>
    public AddressBook Without(InterfaceId id, TimeSpan now)
    {
        if (!Leases.TryGetValue(id, out var lease))
        {
            return this;
        }

        var book = Drop(lease);
        return lease.IsWholeDevice ? book : book with { Cooling = book.Cooling.SetItems(Keys(lease).Select(key => KeyValuePair.Create(key, now))) };
    }

    /// <summary>Without addresses whose cooldown is over.</summary>
    public AddressBook Cooled(TimeSpan now) =>
        Cooling.Values.Any(since => since + Cooldown <= now)
            ? this with
            {
                Cooling = Cooling.RemoveRange(Cooling.Where(entry => entry.Value + Cooldown <= now).Select(entry => entry.Key)),
            }
            : this;

    private AddressBook Drop(AddressLease lease) =>
        this with
        {
            Leases = Leases.Remove(lease.Id),
            Holders = Holders.RemoveRange(Keys(lease).Where(key => Holders.TryGetValue(key, out var holder) && holder == lease.Id)),
        };

    private static IEnumerable<AddressOfEni> Keys(AddressLease lease) => lease.Addresses.Select(address => new AddressOfEni(lease.EniId, address));
}

/// <summary>An address of an ENI. Two VPCs may use the same ranges.</summary>
/// <param name="EniId">The ENI.</param>
/// <param name="Address">The address, without prefix length.</param>
internal readonly record struct AddressOfEni(string EniId, string Address);
