using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.PodAddresses;

/// <summary>
/// What follows from the verdicts about addresses with a name: one call for all of a family that
/// can be had. Pure.
/// </summary>
/// <param name="Change">The next call.</param>
/// <param name="Intended">What stands in the status as ours before it is assigned.</param>
/// <param name="Refused">What pods do not get.</param>
/// <param name="IsPassing">Whether a refusal may end without any news of this ENI.</param>
/// <param name="Claim">Why what was granted is not assigned now.</param>
/// <param name="LookAgain">When it is tried again.</param>
internal sealed record NamedStep(
    PodAddressChange? Change,
    IReadOnlyList<string> Intended,
    IReadOnlyList<RefusedAddress> Refused,
    bool IsPassing,
    ConditionClaim? Claim,
    TimeSpan? LookAgain
)
{
    /// <summary>
    /// How long the agent of another node may take to let go of an address before pods are told: it
    /// usually answers within a second.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(15);

    /// <summary>When to look again at what other nodes have to let go of; null for nothing.</summary>
    public static TimeSpan? NextLook(IEnumerable<NamedVerdict> verdicts) =>
        verdicts.OfType<NamedVerdict.Waiting>().Select(verdict => (TimeSpan?)(verdict.For < Patience ? Patience - verdict.For : Retry)).Min();

    /// <summary>The step.</summary>
    public static NamedStep Of(PodAddressInput input)
    {
        var refused = input.Named.OfType<NamedVerdict.Refused>().ToList();
        var refusals = refused.ConvertAll(verdict => verdict.Refusal);
        var fitting = WithinLimits(
            input,
            input
                .Named.Where(verdict => verdict is NamedVerdict.Granted or NamedVerdict.Waiting)
                .OrderBy(verdict => verdict.Address, StringComparer.Ordinal),
            refusals
        );
        var granted = fitting.OfType<NamedVerdict.Granted>().ToList();
        refusals.AddRange(fitting.OfType<NamedVerdict.Waiting>().Where(verdict => verdict.For >= Patience).Select(Told));

        // What is on record is what other nodes let go of.
        List<string> intended = [.. fitting.Select(verdict => verdict.Address)];
        var isPassing = refused.Exists(verdict => verdict.Passing) || input.Named.Any(verdict => verdict is NamedVerdict.Undecided);
        if (granted.Count == 0)
        {
            return new(null, intended, refusals, isPassing, null, null);
        }

        return input.NamedHold is { } hold
            ? new(null, intended, refusals, isPassing, hold.Claim, hold.Left)
            : new(Next(granted, input.OneByOne), intended, refusals, isPassing, null, null);
    }

    private static RefusedAddress Told(NamedVerdict.Waiting verdict) =>
        new()
        {
            Address = verdict.Address,
            Reason = Reasons.AddressInUse,
            Message =
                $"{verdict.Address} waits until the ENI manager on {verdict.Node} has let go of it: no pod is known to use it there, "
                + $"and {verdict.From.EniId} has it; see that the ENI manager runs on that node",
        };

    private static PodAddressChange Next(List<NamedVerdict.Granted> granted, bool oneByOne)
    {
        var isIpv6 = granted.TrueForAll(verdict => AddressSets.IsIpv6(verdict.Address));
        var family = granted.Where(verdict => AddressSets.IsIpv6(verdict.Address) == isIpv6).ToList();
        if (isIpv6 && family.Find(verdict => verdict.From is not null) is { From: { } holder })
        {
            return new PodAddressChange.TakeFrom(
                [.. family.Where(verdict => verdict.From?.EniId == holder.EniId).Select(verdict => verdict.Address)],
                holder
            );
        }

        if (oneByOne)
        {
            family = [family[0]];
        }
        else if (family.Exists(verdict => verdict.From is null) && family.Exists(verdict => verdict.From is not null))
        {
            // EC2 takes addresses from whatever ENI has them as soon as one of a call may be
            // moved: those that nobody of ours has go in a call of their own.
            family.RemoveAll(verdict => verdict.From is not null);
        }

        return new PodAddressChange.AssignNamed(
            [.. family.Select(verdict => verdict.Address)],
            [.. family.Select(verdict => verdict.From).OfType<EniRow>().DistinctBy(row => row.EniId)]
        );
    }

    private static List<NamedVerdict> WithinLimits(PodAddressInput input, IEnumerable<NamedVerdict> granted, List<RefusedAddress> refusals)
    {
        var row = input.Row;
        var perEni = input.AddressesPerEni ?? int.MaxValue;
        var maximum = input.Spec.PodAddresses!.Maximum ?? int.MaxValue;
        var prefixes = AddressSets.Ipv4Prefixes(row).Count();
        var has = row.PrivateIps.Count + input.Withheld.Count(address => !AddressSets.IsIpv6(address));
        var hasIpv6 = row.Ipv6Addresses.Count + input.Withheld.Count(AddressSets.IsIpv6);
        var four = Math.Min(perEni - has - prefixes, maximum - has - (prefixes * AddressSets.InAPrefix));
        var six = Math.Min(perEni - hasIpv6 - (row.Prefixes.Count - prefixes), maximum - hasIpv6);
        var fitting = new List<NamedVerdict>();
        foreach (var verdict in granted)
        {
            if ((AddressSets.IsIpv6(verdict.Address) ? six-- : four--) > 0)
            {
                fitting.Add(verdict);
                continue;
            }

            refusals.Add(
                new RefusedAddress
                {
                    Address = verdict.Address,
                    Reason = Reasons.AddressLimitReached,
                    Message =
                        $"{row.EniId} can have no further address: its instance type and spec.podAddresses.maximum allow no more. "
                        + "It is assigned when another one is given back; raise the maximum, or use a larger instance type",
                }
            );
        }

        return fitting;
    }
}
