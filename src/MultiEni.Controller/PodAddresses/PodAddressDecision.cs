using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.PodAddresses;

/// <summary>
/// Decides the next change of the addresses that pods take from an ENI. Pure
/// (docs/design.md#addresses-for-pods). What a pod has or asks for is never taken away, nor what
/// somebody else assigned, nor what the counts of the specification ask for.
/// </summary>
internal static class PodAddressDecision
{
    /// <summary>
    /// Free addresses beyond those kept warm that are not taken back: each costs a call to come
    /// and one to go.
    /// </summary>
    public const int Slack = 4;

    /// <summary>How long nothing must have changed before anything is taken back.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long the agent's count of free addresses may be from before an assignment.
    /// </summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long an address is withdrawn at least before it is taken away: an agent that has just
    /// given it to a pod says so within that time.
    /// </summary>
    public static readonly TimeSpan Withdrawal = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan RefusalRetry = TimeSpan.FromSeconds(15);

    /// <summary>The plan.</summary>
    public static PodAddressPlan Plan(PodAddressInput input)
    {
        var wanted = new HashSet<string>(
            (input.Use?.Used ?? []).Select(used => used.Address).Concat((input.Use?.Requested ?? []).Select(asked => asked.Address)),
            StringComparer.Ordinal
        );
        var named = NamedStep.Of(input);
        var withdrawn = input.Withdrawn.Where(item => !wanted.Any(address => AddressSets.Has([item], address))).ToHashSet(StringComparer.Ordinal);
        var counted = Counted(input, withdrawn);
        if (counted.Change is null && named.Change is null)
        {
            Withdraw(input, wanted, withdrawn);
        }

        var taken = named.Change is null && counted.Change is null ? TakeBack(input, withdrawn) : null;
        var refused = named.Refused.OrderBy(refusal => refusal.Address, StringComparer.Ordinal).ToList();
        var all = AddressSets.All(input.Row).Concat(named.Intended).ToHashSet(StringComparer.Ordinal);
        return new PodAddressPlan(
            named.Change ?? counted.Change ?? taken,
            [.. input.Assigned.Concat(named.Intended).Where(all.Contains).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            withdrawn,
            refused,
            named.Claim ?? counted.Claim ?? StillLacking(input, named, counted) ?? new(true, Reasons.AsExpected, "pods get addresses of this ENI"),
            LookAgain(input, wanted, withdrawn, named, counted)
        );
    }

    /// <summary>
    /// What EC2 refused is in the way until it is not refused any more. A limit ends with the
    /// limit.
    /// </summary>
    private static ConditionClaim? StillLacking(
        PodAddressInput input,
        NamedStep named,
        (PodAddressChange? Change, ConditionClaim? Claim, TimeSpan? LookAgain) counted
    ) =>
        input.Said is { Reason: not Reasons.AddressLimitReached } said
        && (named.Change is not null || named.LookAgain is not null || counted.Change is not null || counted.LookAgain is not null)
            ? said
            : null;

    /// <summary>IPv4 addresses: how many pods can be given, lack, and could be added.</summary>
    internal static AddressBalance BalanceOfIpv4(PodAddressInput input, IReadOnlySet<string> withdrawn)
    {
        var (row, spec, use) = (input.Row, input.Spec, input.Use);
        if (row.PrivateIps.Count == 0)
        {
            return new(0, 0, 0);
        }

        var shown = AddressSets.Secondaries(row).Concat(AddressSets.Ipv4Prefixes(row)).Where(item => !withdrawn.Contains(item)).ToList();
        var free = Free(input, shown, use?.Free);
        var prefixes = AddressSets.Ipv4Prefixes(row).Count();
        var has = row.PrivateIps.Count + input.Withheld.Count(address => !AddressSets.IsIpv6(address));
        var slots = (input.AddressesPerEni ?? int.MaxValue) - has - prefixes;
        var most = (spec.PodAddresses!.Maximum ?? int.MaxValue) - has - (prefixes * AddressSets.InAPrefix);
        var room = spec.Ipv4PrefixCount > 0 ? Math.Min(slots, most / AddressSets.InAPrefix) : Math.Min(slots, most);
        return new(free, Wanted(input) - free, Math.Max(room, 0));
    }

    /// <summary>The same for IPv6, whose addresses are given out when the counts ask for some.</summary>
    internal static AddressBalance BalanceOfIpv6(PodAddressInput input, IReadOnlySet<string> withdrawn)
    {
        var (row, spec) = (input.Row, input.Spec);
        if (spec.Ipv6AddressCount == 0)
        {
            return new(0, 0, 0);
        }

        var shown = row.Ipv6Addresses.Where(item => !withdrawn.Contains(item)).ToList();
        var free = Free(input, shown, input.Use?.FreeIpv6);
        var has = row.Ipv6Addresses.Count + input.Withheld.Count(AddressSets.IsIpv6);
        var slots = (input.AddressesPerEni ?? int.MaxValue) - has - row.Prefixes.Count(AddressSets.IsIpv6);
        var most = (spec.PodAddresses!.Maximum ?? int.MaxValue) - has;
        return new(free, Wanted(input) - free, Math.Max(Math.Min(slots, most), 0));
    }

    private static int Wanted(PodAddressInput input) => Math.Max(input.Spec.PodAddresses!.Warm, Waiting(input));

    /// <summary>An agent is believed no number that cannot be.</summary>
    private static int Waiting(PodAddressInput input) => Math.Clamp(input.Use?.Waiting ?? 0, 0, AddressUse.MostWaiting);

    /// <summary>
    /// The agent's count, which knows more than EC2 does. It lags behind what was assigned a moment
    /// ago, though, and without it that would be assigned again.
    /// </summary>
    private static int Free(PodAddressInput input, IReadOnlyList<string> shown, int? reported)
    {
        var unused = Unused(input.Use, FixedCidrs(input), shown);
        reported = reported is { } count ? Math.Clamp(count, 0, AddressUse.MostFree) : null;
        return reported is { } free && input.Clocks.SinceAssignment >= Settling ? free : Math.Max(unused, reported ?? 0);
    }

    private static int Unused(AddressUse? use, IReadOnlyList<string> ranges, IReadOnlyList<string> shown) =>
        shown.Sum(item => AddressSets.Outside(item, ranges))
        - (use?.Used ?? []).Count(used => AddressSets.Has(shown, used.Address) && !AddressSets.IsInAny(ranges, used.Address));

    /// <summary>
    /// Ranges of which pods get only what they name: what the ENI has of them is of use to no other
    /// pod, whoever assigned it.
    /// </summary>
    private static List<string> FixedCidrs(PodAddressInput input) => FixedCidrs(input.Spec);

    private static List<string> FixedCidrs(EniAttachmentSpec spec) => spec.PodAddresses?.FixedCidrs ?? [];

    private static (PodAddressChange? Change, ConditionClaim? Claim, TimeSpan? LookAgain) Counted(PodAddressInput input, HashSet<string> withdrawn)
    {
        foreach (var isIpv6 in (ReadOnlySpan<bool>)[false, true])
        {
            var balance = isIpv6 ? BalanceOfIpv6(input, withdrawn) : BalanceOfIpv4(input, withdrawn);
            var missing = Recall(withdrawn, FixedCidrs(input), isIpv6, balance.Missing);
            if (missing <= 0)
            {
                continue;
            }

            var kind =
                isIpv6 ? PodAddressKind.Ipv6
                : input.Spec.Ipv4PrefixCount > 0 ? PodAddressKind.Ipv4Prefix
                : PodAddressKind.Ipv4;
            if (balance.Room == 0)
            {
                return (null, LimitClaim(input, missing), null);
            }

            if (!isIpv6 && AddressSets.AreIn(input.SubnetCidr, FixedCidrs(input)))
            {
                return (null, NothingWithoutName(input), null);
            }

            if (input.CountedHold is { } hold)
            {
                return (null, hold.Claim, hold.Left);
            }

            var shortage = isIpv6 ? null : input.Shortage;
            var due = shortage is null ? missing : missing - (Wanted(input) - Least(input));
            if (due <= 0)
            {
                return (null, shortage!.Claim, shortage.Left);
            }

            var count = kind == PodAddressKind.Ipv4Prefix ? (due + AddressSets.InAPrefix - 1) / AddressSets.InAPrefix : due;
            return (
                new PodAddressChange.AssignCount(kind, Math.Min(Possible(count, shortage), balance.Room)),
                count > balance.Room ? LimitClaim(input, missing) : shortage?.Claim,
                null
            );
        }

        return default;
    }

    /// <summary>
    /// What is asked for in a subnet that has not all: what pods wait for, and one for the next pod.
    /// </summary>
    private static int Least(PodAddressInput input) => Math.Max(Math.Min(input.Spec.PodAddresses!.Warm, 1), Waiting(input));

    /// <summary>
    /// Nothing that was refused is repeated, and the third attempt is for a single one, so that
    /// however many wait no more than three are refused in a subnet.
    /// </summary>
    private static int Possible(int count, PodAddressShortage? shortage) =>
        shortage is null || (count < shortage.Refused && shortage.Times == 1) ? count : 1;

    /// <summary>What is withdrawn and needed again is there without a call.</summary>
    private static int Recall(HashSet<string> withdrawn, IReadOnlyList<string> ranges, bool isIpv6, int missing)
    {
        var useful = withdrawn.Where(item => AddressSets.IsIpv6(item) == isIpv6 && AddressSets.Outside(item, ranges) > 0);
        foreach (var item in useful.Order(StringComparer.Ordinal).ToList())
        {
            if (missing <= 0)
            {
                break;
            }

            withdrawn.Remove(item);
            missing -= AddressSets.Outside(item, ranges);
        }

        return missing;
    }

    private static ConditionClaim LimitClaim(PodAddressInput input, int missing)
    {
        var (row, spec) = (input.Row, input.Spec);
        var has = row.PrivateIps.Count + row.Ipv6Addresses.Count + row.Prefixes.Count;
        var limit =
            spec.PodAddresses!.Maximum is { } maximum
            && (input.AddressesPerEni is null || row.PrivateIps.Count + row.Prefixes.Count < input.AddressesPerEni)
                ? $"spec.podAddresses.maximum is {maximum}; raise it"
                : $"an ENI of the instance type holds {input.AddressesPerEni} addresses or prefixes; use spec.ipv4PrefixCount, a larger instance type";
        return new(
            false,
            Reasons.AddressLimitReached,
            $"{row.EniId} has {has} addresses and prefixes, and {missing} more free addresses are wanted: {limit}, or spread the pods over more nodes"
        );
    }

    /// <summary>Whatever EC2 assigned would be of no use, again and again.</summary>
    private static ConditionClaim NothingWithoutName(PodAddressInput input) =>
        new(
            false,
            Reasons.InvalidSpec,
            $"spec.podAddresses.fixedCIDRs ({string.Join(", ", FixedCidrs(input))}) has all addresses of {input.SubnetCidr}, the subnet of {input.Row.EniId}, "
                + "so that none is left for pods that name none; leave a part of the subnet out of it"
        );

    /// <summary>
    /// Begins to take back what nobody has needed for a while, and at once what is of no use to the
    /// pods that wait and takes the last places on the ENI.
    /// </summary>
    private static void Withdraw(PodAddressInput input, HashSet<string> wanted, HashSet<string> withdrawn)
    {
        if (withdrawn.Count > 0)
        {
            return;
        }

        var ranges = FixedCidrs(input);
        var isDue = input.Clocks.Quiet >= Patience;
        var waits = Waiting(input) > 0;
        var isInTheWay = waits && BalanceOfIpv4(input, withdrawn) is { Missing: > 0, Room: 0 };
        withdrawn.UnionWith(
            Surplus(input, wanted, withdrawn).Where(item => AddressSets.Outside(item, ranges) > 0 ? isDue && !waits : isDue || isInTheWay)
        );
    }

    /// <summary>
    /// What could be taken back: all addresses out of the ranges for names, which are of no use to
    /// other pods, others down to what is kept warm and a slack. Those that came last go first.
    /// </summary>
    internal static IReadOnlyList<string> Surplus(PodAddressInput input, IReadOnlySet<string> wanted, IReadOnlySet<string> withdrawn)
    {
        var (row, spec) = (input.Row, input.Spec);
        var ranges = FixedCidrs(input);
        var surplus = new List<string>();
        var free = BalanceOfIpv4(input, withdrawn).Free - Wanted(input);
        var singles = row.PrivateIps.Count - 1 - spec.SecondaryPrivateIpCount;
        free = Choose(AddressSets.Secondaries(row), ref singles, free);
        var prefixes = AddressSets.Ipv4Prefixes(row).Count() - spec.Ipv4PrefixCount;
        Choose(AddressSets.Ipv4Prefixes(row), ref prefixes, free);
        if (spec.Ipv6AddressCount > 0)
        {
            var sixes = row.Ipv6Addresses.Count - spec.Ipv6AddressCount;
            Choose(row.Ipv6Addresses.Where(address => address != row.PrimaryIpv6), ref sixes, BalanceOfIpv6(input, withdrawn).Free - Wanted(input));
        }
        else
        {
            // Only a name brings one here.
            var sixes = row.Ipv6Addresses.Count;
            Choose(row.Ipv6Addresses.Where(IsOfNames), ref sixes, sixes);
        }

        return surplus;

        bool IsOfNames(string addressOrPrefix) => AddressSets.Outside(addressOrPrefix, ranges) == 0;

        int Choose(IEnumerable<string> candidates, ref int most, int spare)
        {
            var ours = candidates
                .Where(item => input.Assigned.Contains(item) && !wanted.Any(address => AddressSets.Has([item], address)))
                .Reverse()
                .OrderByDescending(IsOfNames);
            foreach (var item in ours)
            {
                var size = AddressSets.Outside(item, ranges);
                if (most > 0 && (IsOfNames(item) || spare - size >= Slack))
                {
                    surplus.Add(item);
                    (most, spare) = (most - 1, spare - size);
                }
            }

            return spare;
        }
    }

    /// <summary>
    /// Takes away what was withdrawn long enough ago, once the agent does not count it any more.
    /// </summary>
    private static PodAddressChange.Unassign? TakeBack(PodAddressInput input, HashSet<string> withdrawn)
    {
        // What is withdrawn only now has to be said first.
        if (
            withdrawn.Count == 0
            || !withdrawn.SetEquals(input.Withdrawn)
            || input.Clocks.SinceWithdrawal < Withdrawal
            || input.UnassignHold is not null
        )
        {
            return null;
        }

        var isIpv6 = withdrawn.All(AddressSets.IsIpv6);
        return IsAcknowledged(input.Spec, input.Row, input.Use, withdrawn, isIpv6)
            ? new PodAddressChange.Unassign([.. withdrawn.Where(item => AddressSets.IsIpv6(item) == isIpv6).Order(StringComparer.Ordinal)])
            : null;
    }

    /// <summary>
    /// Whether the agent does not count withdrawn addresses any more, as far as its numbers tell.
    /// </summary>
    internal static bool IsAcknowledged(EniAttachmentSpec spec, EniRow row, AddressUse? answer, IReadOnlySet<string> withdrawn, bool isIpv6)
    {
        if (answer is not { } use)
        {
            return true;
        }

        var shown = (isIpv6 ? row.Ipv6Addresses : AddressSets.Secondaries(row).Concat(AddressSets.Ipv4Prefixes(row)))
            .Where(item => !withdrawn.Contains(item))
            .ToList();
        var ranges = FixedCidrs(spec);
        var fixedOnes = AddressSets
            .Secondaries(row)
            .Concat(row.Ipv6Addresses)
            .Where(item => !withdrawn.Contains(item) && AddressSets.IsInAny(ranges, item))
            .ToList();
        var unusedFixed = fixedOnes.Count(item => use.Used?.Exists(used => used.Address == item) != true);
        var free = isIpv6 ? use.FreeIpv6 ?? 0 : use.Free;
        var unused = Unused(use, ranges, shown);
        // An agent of an earlier release counts all as free.
        return use.FreeFixed is { } reported ? free <= unused && reported <= unusedFixed : free <= unused + unusedFixed;
    }

    private static TimeSpan? LookAgain(
        PodAddressInput input,
        HashSet<string> wanted,
        HashSet<string> withdrawn,
        NamedStep named,
        (PodAddressChange? Change, ConditionClaim? Claim, TimeSpan? LookAgain) counted
    )
    {
        var clocks = input.Clocks;
        List<TimeSpan?> times =
        [
            counted.LookAgain,
            named.LookAgain,
            withdrawn.Count > 0 ? input.UnassignHold?.Left : null,
            named.Refused.Count > 0 && named.IsPassing ? RefusalRetry : null,
            withdrawn.Count > 0 && clocks.SinceWithdrawal < Withdrawal ? Withdrawal - clocks.SinceWithdrawal : null,
            withdrawn.Count == 0 && clocks.Quiet < Patience && Surplus(input, wanted, withdrawn).Count > 0 ? Patience - clocks.Quiet : null,
            clocks.SinceAssignment < Settling ? Settling - clocks.SinceAssignment : null,
        ];
        return times.Min();
    }
}
