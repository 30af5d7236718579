using System.Collections.Concurrent;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Planning;
using MultiEni.Controller.PodAddresses;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// What the controller remembers of each ENI's pod addresses beside the status: since when nothing
/// changed, what it has just assigned, what EC2 refused. A restart makes it begin anew, which
/// delays what is taken back and nothing else. One attachment is reconciled by one worker at a
/// time.
/// </summary>
/// <param name="time">Clock; only its timestamps are used, which no adjustment moves.</param>
internal sealed class PodAddressMemory(TimeProvider time)
{
    private static readonly TimeSpan ShortestHold = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan UsualHold = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan OneByOne = TimeSpan.FromMinutes(5);
    private readonly long _begun = time.GetTimestamp();
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    // Attempts to give back what pods had of an ENI that outlives its node.
    private const int MostAttempts = 3;
    private readonly ConcurrentDictionary<string, int> _attempts = new(StringComparer.Ordinal);

    private TimeSpan Now => time.GetElapsedTime(_begun);

    /// <summary>What is on its way from one ENI to another.</summary>
    public AddressMoveBook Moves { get; } = new(time);

    /// <summary>What the status is to say; null when no addresses are wanted.</summary>
    public PodAddressPlan? PlanOf(string name) => _entries.GetValueOrDefault(name)?.Plan;

    /// <summary>The plan that holds from now on.</summary>
    public void Remember(string name, PodAddressPlan plan) => Of(name).Plan = plan;

    /// <summary>Addresses that the controller assigned and no status names yet.</summary>
    public IReadOnlySet<string> JustAssigned(string name) => Of(name).JustAssigned;

    /// <summary>Completes an input by what is remembered.</summary>
    public PodAddressInput Recall(string name, PodAddressInput input, IReadOnlySet<string> recorded)
    {
        var (entry, now) = (Of(name), Now);
        entry.Observe(input, recorded, now);
        return input with
        {
            Assigned = new HashSet<string>(input.Assigned.Concat(entry.JustAssigned), StringComparer.Ordinal),
            Clocks = new(now - entry.ChangedAt, now - entry.AssignedAt, now - entry.WithdrawnAt),
            CountedHold = Hold.At(entry.Counted, now),
            NamedHold = Hold.At(entry.Named, now),
            UnassignHold = Hold.At(entry.Unassign, now),
            OneByOne = entry.OneByOneUntil > now,
        };
    }

    /// <summary>What EC2 refused lately of what was asked for by name.</summary>
    public IReadOnlyList<RefusedAddress> Refused(string name)
    {
        var now = Now;
        return [.. Of(name).Refused.Values.Where(refused => refused.Until > now).Select(refused => refused.Refusal)];
    }

    /// <summary>For how long addresses have been waited for that other nodes have to let go of.</summary>
    public IReadOnlyDictionary<string, TimeSpan> Waiting(string name)
    {
        var now = Now;
        return Of(name).WaitingSince.ToDictionary(wait => wait.Key, wait => now - wait.Value, StringComparer.Ordinal);
    }

    /// <summary>The addresses that other nodes have to let go of now.</summary>
    public void Waits(string name, IEnumerable<string> addresses)
    {
        var (entry, now) = (Of(name), Now);
        entry.WaitingSince = addresses.ToDictionary(
            address => address,
            address => entry.WaitingSince.GetValueOrDefault(address, now),
            StringComparer.Ordinal
        );
    }

    /// <summary>A change is about to be asked for.</summary>
    public void Sent(string name, EniStep.ChangePodAddresses step) =>
        Of(name).Expected = step.Change is PodAddressChange.AssignCount { Kind: var kind, Count: var count }
            ? new Expectation(kind, count, AddressSets.All(step.Row).ToHashSet(StringComparer.Ordinal))
            : null;

    /// <summary>EC2 made the change.</summary>
    public void Succeeded(string name, EniStep.ChangePodAddresses step, IReadOnlyList<string> assigned)
    {
        var (entry, now) = (Of(name), Now);
        (entry.Expected, entry.LastFailure) = (null, null);
        switch (step.Change)
        {
            case PodAddressChange.AssignCount:
                entry.JustAssigned.UnionWith(assigned);
                (entry.AssignedAt, entry.ChangedAt) = (now, now);
                // What answered with nothing must not be asked again at once.
                entry.Counted = assigned.Count > 0 ? null : new Hold(now + UsualHold, null);
                break;
            case PodAddressChange.AssignNamed named:
                entry.JustAssigned.UnionWith(named.Addresses);
                (entry.AssignedAt, entry.ChangedAt, entry.Named) = (now, now, null);
                named.Addresses.ToList().ForEach(address => entry.Refused.Remove(address));
                break;
            case PodAddressChange.TakeFrom:
                entry.Named = null;
                break;
            case PodAddressChange.Unassign:
                entry.Unassign = null;
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"{step.Change} is not handled");
        }
    }

    /// <summary>EC2 refused the change, or did not answer.</summary>
    /// <returns>
    /// Whether it is news: not when the same change was refused for the same reason before.
    /// </returns>
    public bool Failed(string name, EniStep.ChangePodAddresses step, Ec2Failure failure, ConditionClaim? claim)
    {
        var (entry, now) = (Of(name), Now);
        var reaction = failure.Reaction;
        if (reaction.ProvesNothingWasDone)
        {
            entry.Expected = null;
        }

        var duration =
            reaction.RetryAfter is { } retry && retry > ShortestHold ? retry
            : reaction.RetryAfter is null ? UsualHold
            : ShortestHold;
        var passes = reaction.Kind is ReactionKind.Throttled or ReactionKind.OutcomeUnknown;
        var hold = new Hold(now + duration, passes || claim is null ? null : claim with { Holds = false });
        switch (step.Change)
        {
            case PodAddressChange.AssignCount { MayBeLess: true } when reaction.Kind == ReactionKind.SubnetFull:
                // Fewer are asked for at once.
                break;
            case PodAddressChange.AssignCount:
                entry.Counted = hold;
                break;
            case PodAddressChange.AssignNamed { Addresses: [var single] } when reaction.ConcernsRequest:
                entry.Refused[single] = (
                    new RefusedAddress
                    {
                        Address = single,
                        Reason = reaction.Kind == ReactionKind.InvalidSpec ? Reasons.AddressInUse : reaction.Reason,
                        Message = $"EC2 does not assign {single}: {FailureMessage.For(failure)}",
                    },
                    now + duration
                );
                break;
            case PodAddressChange.AssignNamed when reaction.ConcernsRequest && entry.OneByOneUntil <= now:
                entry.OneByOneUntil = now + OneByOne;
                break;
            case PodAddressChange.AssignNamed or PodAddressChange.TakeFrom:
                entry.Named = hold;
                break;
            case PodAddressChange.Unassign:
                entry.Unassign = hold;
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"{step.Change} is not handled");
        }

        var refused = (step.Change.GetType(), reaction.Reason);
        var isNews = entry.LastFailure != refused;
        entry.LastFailure = refused;
        return isNews;
    }

    /// <summary>
    /// What pods had of an ENI that outlives its node could not be given back. What will not be
    /// granted a moment later either is not tried again, and nothing often: the next node waits for
    /// the ENI. A call that was throttled has not been looked at, and does not count.
    /// </summary>
    public void NotGivenBack(string name, ReactionKind why) =>
        _attempts.AddOrUpdate(
            name,
            static (_, weight) => weight,
            static (_, attempts, weight) => attempts + weight,
            why switch
            {
                ReactionKind.Unauthorized or ReactionKind.Unauthenticated => MostAttempts,
                ReactionKind.Throttled => 0,
                _ => 1,
            }
        );

    /// <summary>Whether the ENI keeps it.</summary>
    public bool KeepsAddresses(string name) => _attempts.GetValueOrDefault(name) >= MostAttempts;

    /// <summary>The attachment is gone.</summary>
    public void Gone(string name) => _attempts.TryRemove(name, out _);

    /// <summary>The attachment is gone, or wants no addresses for pods.</summary>
    public void Forget(string name) => _entries.TryRemove(name, out _);

    private Entry Of(string name) => _entries.GetOrAdd(name, static (_, now) => new Entry(now), Now);

    private sealed record Hold(TimeSpan Until, ConditionClaim? Claim)
    {
        public static PodAddressHold? At(Hold? hold, TimeSpan now) => hold is { } held && held.Until > now ? new(held.Until - now, held.Claim) : null;
    }

    /// <summary>A call whose answer may be lost: what turns up then is its work.</summary>
    private sealed record Expectation(PodAddressKind Kind, int Count, IReadOnlySet<string> Before)
    {
        public IEnumerable<string> Found(EniRow row) =>
            (
                Kind switch
                {
                    PodAddressKind.Ipv4 => AddressSets.Secondaries(row),
                    PodAddressKind.Ipv4Prefix => AddressSets.Ipv4Prefixes(row),
                    _ => row.Ipv6Addresses,
                }
            )
                .Where(item => !Before.Contains(item))
                .Take(Count);
    }

    private sealed class Entry(TimeSpan now)
    {
        private AddressUse? _use;
        private HashSet<string> _addresses = [];
        private HashSet<string> _withdrawn = [];

        public PodAddressPlan? Plan { get; set; }
        public HashSet<string> JustAssigned { get; } = new(StringComparer.Ordinal);
        public Dictionary<string, (RefusedAddress Refusal, TimeSpan Until)> Refused { get; } = new(StringComparer.Ordinal);
        public Dictionary<string, TimeSpan> WaitingSince { get; set; } = new(StringComparer.Ordinal);
        public TimeSpan ChangedAt { get; set; } = now;
        public TimeSpan AssignedAt { get; set; } = now;
        public TimeSpan WithdrawnAt { get; private set; } = now;
        public TimeSpan OneByOneUntil { get; set; }
        public Hold? Counted { get; set; }
        public Hold? Named { get; set; }
        public Hold? Unassign { get; set; }
        public Expectation? Expected { get; set; }
        public (Type Change, string Reason)? LastFailure { get; set; }

        public void Observe(PodAddressInput input, IReadOnlySet<string> recorded, TimeSpan at)
        {
            var addresses = AddressSets.All(input.Row).ToHashSet(StringComparer.Ordinal);
            if (Expected?.Found(input.Row).ToList() is { Count: > 0 } found)
            {
                JustAssigned.UnionWith(found);
                (Expected, AssignedAt) = (null, at);
            }

            JustAssigned.RemoveWhere(item => recorded.Contains(item) || !addresses.Contains(item));
            if (!addresses.SetEquals(_addresses) || input.Use != _use)
            {
                (_addresses, _use, ChangedAt) = (addresses, input.Use, at);
            }

            if (!_withdrawn.SetEquals(input.Withdrawn))
            {
                (_withdrawn, WithdrawnAt) = ([.. input.Withdrawn], at);
            }

            foreach (var (address, refused) in Refused.ToList())
            {
                if (refused.Until <= at)
                {
                    Refused.Remove(address);
                }
            }
        }
    }
}
