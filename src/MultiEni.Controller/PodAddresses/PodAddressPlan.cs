using System.Runtime.InteropServices;
using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.PodAddresses;

/// <summary>What is to be done about an ENI's pod addresses, and what is said of them.</summary>
/// <param name="Change">The next call of EC2; null when none is due.</param>
/// <param name="Assigned">
/// What the status names as assigned for pods. Addresses with a name stand there before they are
/// assigned, so that a controller that dies in between leaves none that nobody takes away.
/// </param>
/// <param name="Withdrawn">
/// Those of them that the status does not list among the ENI's addresses any more.
/// </param>
/// <param name="Refused">Addresses that pods ask for and do not get.</param>
/// <param name="Claim">The condition <c>PodAddresses</c>.</param>
/// <param name="LookAgain">When time alone changes the decision; null when it does not.</param>
internal sealed record PodAddressPlan(
    PodAddressChange? Change,
    IReadOnlyList<string> Assigned,
    IReadOnlySet<string> Withdrawn,
    IReadOnlyList<RefusedAddress> Refused,
    ConditionClaim Claim,
    TimeSpan? LookAgain
)
{
    /// <summary>
    /// Whether the ENI has the condition: not when no addresses are assigned for pods, and one is
    /// merely about to be moved from there.
    /// </summary>
    public bool HasCondition { get; init; } = true;

    /// <summary>
    /// Those of the withdrawn addresses that are about to be moved; null when none ever was.
    /// </summary>
    public AddressWithdrawal? Withdrawal { get; init; }
}

/// <summary>One call that changes what addresses an ENI has. Closed.</summary>
internal abstract record PodAddressChange
{
    private PodAddressChange() { }

    /// <summary>The ENIs that lose addresses to another one by it.</summary>
    public IReadOnlyList<EniRow> Sources =>
        this switch
        {
            AssignNamed named => named.MovedFrom,
            TakeFrom take => [take.From],
            _ => [],
        };

    /// <summary>The addresses of a call that takes some from other ENIs; empty for any other call.</summary>
    public IReadOnlyList<string> Moved =>
        this switch
        {
            AssignNamed { MovedFrom.Count: > 0 } named => named.Addresses,
            TakeFrom take => take.Addresses,
            _ => [],
        };

    /// <summary>Add addresses or prefixes of EC2's choice.</summary>
    /// <param name="Kind">Of which kind.</param>
    /// <param name="Count">How many.</param>
    public sealed record AssignCount(PodAddressKind Kind, int Count) : PodAddressChange
    {
        /// <summary>
        /// Whether a subnet that has not so many may have fewer. One of IPv6 does not run out.
        /// </summary>
        public bool MayBeLess => Count > 1 && Kind != PodAddressKind.Ipv6;
    }

    /// <summary>Add these addresses, all of one family.</summary>
    /// <param name="Addresses">The addresses.</param>
    /// <param name="MovedFrom">ENIs of ours that have some of them and lose them by it.</param>
    public sealed record AssignNamed(IReadOnlyList<string> Addresses, IReadOnlyList<EniRow> MovedFrom) : PodAddressChange;

    /// <summary>
    /// Take IPv6 addresses away from another ENI of ours, because EC2 does not move them.
    /// </summary>
    /// <param name="Addresses">The addresses.</param>
    /// <param name="From">The ENI that has them.</param>
    public sealed record TakeFrom(IReadOnlyList<string> Addresses, EniRow From) : PodAddressChange;

    /// <summary>Take addresses and prefixes away, all of one family.</summary>
    /// <param name="Addresses">The addresses and prefixes.</param>
    public sealed record Unassign(IReadOnlyList<string> Addresses) : PodAddressChange;
}

/// <summary>What is assigned by number.</summary>
internal enum PodAddressKind
{
    /// <summary>IPv4 addresses.</summary>
    Ipv4,

    /// <summary>/28 prefixes.</summary>
    Ipv4Prefix,

    /// <summary>IPv6 addresses.</summary>
    Ipv6,
}

/// <summary>Free and wanted addresses of one family, and how many more there may be.</summary>
/// <param name="Free">What pods can be given.</param>
/// <param name="Missing">How many are wanted beyond that.</param>
/// <param name="Room">How many more of its kind the ENI may have.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AddressBalance(int Free, int Missing, int Room);
