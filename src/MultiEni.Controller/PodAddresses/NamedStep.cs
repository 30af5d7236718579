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
    /// <summary>The step.</summary>
    public static NamedStep Of(PodAddressInput input)
    {
        var refused = input.Named.OfType<NamedVerdict.Refused>().ToList();
        var refusals = refused.ConvertAll(verdict => verdict.Refusal);
        var granted = WithinLimits(
            input,
            input.Named.OfType<NamedVerdict.Granted>().OrderBy(verdict => verdict.Address, StringComparer.Ordinal),
            refusals
        );
        var isPassing = refused.Exists(verdict => verdict.Passing) || input.Named.Any(verdict => verdict is NamedVerdict.Undecided);
        if (granted.Count == 0)
        {
            return new(null, [], refusals, isPassing, null, null);
        }

        List<string> intended = [.. granted.Select(verdict => verdict.Address)];
        return input.NamedHold is { } hold
            ? new(null, intended, refusals, isPassing, hold.Claim, hold.Left)
            : new(Next(granted, input.OneByOne), intended, refusals, isPassing, null, null);
    }

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

    private static List<NamedVerdict.Granted> WithinLimits(
        PodAddressInput input,
        IEnumerable<NamedVerdict.Granted> granted,
        List<RefusedAddress> refusals
    )
    {
        var row = input.Row;
        var perEni = input.AddressesPerEni ?? int.MaxValue;
        var maximum = input.Spec.PodAddresses!.Maximum ?? int.MaxValue;
        var prefixes = AddressSets.Ipv4Prefixes(row).Count();
        var four = Math.Min(perEni - row.PrivateIps.Count - prefixes, maximum - row.PrivateIps.Count - (prefixes * AddressSets.InAPrefix));
        var six = Math.Min(perEni - row.Ipv6Addresses.Count - (row.Prefixes.Count - prefixes), maximum - row.Ipv6Addresses.Count);
        var fitting = new List<NamedVerdict.Granted>();
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
