using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.PodAddresses;

/// <summary>
/// Decides when an address leaves an ENI for a pod of another node. Pure. The ENI that gets it puts
/// it on record, the one that has it withdraws it from its agent, the agent says that it has seen
/// that, and only then is it moved: until the agent knows, it may give the address to a pod at any
/// time (docs/design.md#addresses-for-pods).
/// </summary>
internal static class AddressMoves
{
    /// <summary>
    /// The addresses of an ENI that go elsewhere as soon as its agent has let go of them. What a pod
    /// of the node has or asks for stays.
    /// </summary>
    /// <param name="holder">The attachment whose ENI has the addresses.</param>
    /// <param name="row">The ENI.</param>
    /// <param name="askers">
    /// The attachments whose pods ask for an address, those of lost nodes aside.
    /// </param>
    public static IReadOnlySet<string> Leaving(EniAttachment holder, EniRow row, Func<string, IEnumerable<EniAttachment>> askers)
    {
        var use = holder.Status?.Device?.Addresses;
        return Movable(row).Where(address => !IsWantedHere(use, address) && askers(address).Any(Gets)).ToHashSet(StringComparer.Ordinal);

        bool Gets(EniAttachment asker) =>
            asker.Metadata.Name != holder.Metadata.Name
            && !asker.Metadata.IsBeingDeleted
            && asker.Spec!.SubnetId == holder.Spec!.SubnetId
            && asker.Spec.PodAddresses?.AllowReassignment == true;
    }

    /// <summary>
    /// The addresses that an attachment is to get from wherever they are: its pods ask for them, and
    /// the controller has put them on record.
    /// </summary>
    public static IEnumerable<string> Awaited(EniAttachment attachment) =>
        attachment.Status is { Network.AssignedForPods: { Count: > 0 } recorded, Device.Addresses.Requested: { Count: > 0 } requested }
            ? requested.Select(asked => asked.Address).Where(recorded.Contains).Distinct(StringComparer.Ordinal)
            : [];

    /// <summary>What an ENI has that can be moved at all: neither primary addresses nor prefixes.</summary>
    public static IEnumerable<string> Movable(EniRow row) =>
        AddressSets.Secondaries(row).Concat(row.Ipv6Addresses.Where(address => address != row.PrimaryIpv6));

    /// <summary>
    /// Whether the agent of an ENI gives an address to nobody any more. One that does not number its
    /// answers, because it is of an earlier release or pods have never asked it, is believed as when
    /// addresses are taken back.
    /// </summary>
    /// <param name="holder">The attachment whose ENI has the address.</param>
    /// <param name="row">The ENI.</param>
    /// <param name="address">The address.</param>
    /// <param name="withheld">What this controller withholds there; null for nothing.</param>
    public static bool HasLetGo(EniAttachment holder, EniRow row, string address, WithheldAddresses? withheld)
    {
        var network = holder.Status?.Network;
        if (
            withheld is null
            || !withheld.Addresses.Contains(address)
            || network?.EniId != row.EniId
            || network.Withdrawal?.Number != withheld.Number
            || network.Withdrawal.Addresses?.Contains(address) != true
            || IsListed(network, address)
        )
        {
            return false;
        }

        var use = holder.Status?.Device?.Addresses;
        if (use?.SeenWithdrawal is { } seen)
        {
            return seen == withheld.Number;
        }

        var hidden = AddressSets.All(row).Where(item => !IsListed(network, item)).ToHashSet(StringComparer.Ordinal);
        return withheld.SinceSaid >= PodAddressDecision.Withdrawal
            && PodAddressDecision.IsAcknowledged(holder.Spec!, row, use, hidden, AddressSets.IsIpv6(address));
    }

    /// <summary>
    /// The attachments for which a change of another one may be what they wait for: who has what it
    /// asks for, and who asks for what it lets go.
    /// </summary>
    /// <param name="before">The attachment as it was; null for a new one.</param>
    /// <param name="after">The attachment as it is; null for one that is gone.</param>
    /// <param name="neighbours">The attachments in its subnet.</param>
    public static IEnumerable<string> Concerned(EniAttachment? before, EniAttachment? after, Func<string, IEnumerable<EniAttachment>> neighbours)
    {
        HashSet<string> asked = [.. AwaitedNow(before), .. AwaitedNow(after)];
        asked.ExceptWith(AwaitedNow(before).Intersect(AwaitedNow(after), StringComparer.Ordinal).ToList());
        HashSet<string> withdrawn = [.. Withdrawn(before), .. Withdrawn(after)];
        if (before?.Status?.Device?.Addresses == after?.Status?.Device?.Addresses && Withdrawn(before).SequenceEqual(Withdrawn(after)))
        {
            withdrawn.Clear();
        }

        return asked.Count == 0 && withdrawn.Count == 0
            ? []
            : neighbours((after ?? before)!.Spec!.SubnetId)
                .Where(other => other.Metadata.Name != (after ?? before)!.Metadata.Name)
                .Where(other => Has(other.Status?.Network, asked) || Awaited(other).Any(withdrawn.Contains))
                .Select(other => other.Metadata.Name);
    }

    private static IEnumerable<string> AwaitedNow(EniAttachment? attachment) =>
        attachment is { Metadata.IsBeingDeleted: false } ? Awaited(attachment) : [];

    private static List<string> Withdrawn(EniAttachment? attachment) => attachment?.Status?.Network?.Withdrawal?.Addresses ?? [];

    private static bool Has(NetworkStatus? network, HashSet<string> addresses) =>
        network is not null && addresses.Count > 0 && addresses.Any(address => IsListed(network, address) || IsWithdrawn(network, address));

    private static bool IsWithdrawn(NetworkStatus network, string address) => network.Withdrawal?.Addresses?.Contains(address) == true;

    private static bool IsListed(NetworkStatus network, string item) =>
        network.PrivateIps?.Contains(item) == true || network.Ipv6Addresses?.Contains(item) == true || network.Prefixes?.Contains(item) == true;

    private static bool IsWantedHere(AddressUse? use, string address) =>
        use?.Used?.Exists(used => AddressSets.IsSame(used.Address, address)) == true
        || use?.Requested?.Exists(asked => AddressSets.IsSame(asked.Address, address)) == true;
}

/// <summary>What the agent of an ENI is not to give to anybody.</summary>
/// <param name="Addresses">The addresses.</param>
/// <param name="Number">What the agent answers with when it has seen that.</param>
/// <param name="SinceSaid">For how long the status has said it; null while it does not.</param>
internal sealed record WithheldAddresses(IReadOnlySet<string> Addresses, int Number, TimeSpan? SinceSaid);
