using MultiEni.Api.EniAttachments;
using MultiEni.Controller.PodAddresses;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// Sees to it that an address which is being moved is not shown to the agent that it comes from, and
/// the other way round: the ENI that gets it and the one that has it are reconciled by two workers.
/// What an agent may give to pods is always withdrawn anew after a restart, with another number, so
/// that nothing depends on what is remembered here. Safe for concurrent use.
/// </summary>
/// <param name="time">Clock; only its timestamps are used, which no adjustment moves.</param>
internal sealed class AddressMoveBook(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _withheld = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<string>> _moving = new(StringComparer.Ordinal);

    /// <summary>Withholds addresses of an ENI, and those that are on their way from it.</summary>
    /// <param name="attachment">Its attachment.</param>
    /// <param name="movable">What the ENI has that can be moved.</param>
    /// <param name="leaving">What is wanted elsewhere.</param>
    /// <returns>What the status is to say; null when nothing was ever withheld.</returns>
    public WithheldAddresses? Withhold(EniAttachment attachment, IEnumerable<string> movable, IReadOnlySet<string> leaving)
    {
        var (name, said) = (attachment.Metadata.Name, attachment.Status?.Network?.Withdrawal);
        lock (_lock)
        {
            var moving = MovingTo(other: name);
            var addresses = movable.Where(address => leaving.Contains(address) || moving.Contains(address)).ToHashSet(StringComparer.Ordinal);
            var before = _withheld.GetValueOrDefault(name);
            var number = Math.Max(before?.Number ?? 0, said?.Number ?? 0);
            if (!addresses.IsSubsetOf(before?.Addresses ?? []))
            {
                number++;
            }

            if (number == 0)
            {
                return null;
            }

            var isSaid = said?.Number == number && addresses.SetEquals(said.Addresses ?? []);
            var saidAt = isSaid ? (before?.Number == number ? before.SaidAt : null) ?? time.GetTimestamp() : (long?)null;
            _withheld[name] = new(addresses, number, saidAt);
            return Seen(name);
        }
    }

    /// <summary>
    /// Decides for the ENI that gets addresses, while nothing is given back to the agents that have
    /// let go of them. What the plan moves is withheld from then on, until the next plan.
    /// </summary>
    /// <param name="name">Its attachment.</param>
    /// <param name="decide">
    /// The decision, from what is withheld by each attachment and what is on its way to others.
    /// </param>
    public PodAddressPlan Decide(string name, Func<Func<string, WithheldAddresses?>, IReadOnlySet<string>, PodAddressPlan> decide)
    {
        lock (_lock)
        {
            var plan = decide(Seen, MovingTo(other: name));
            if (plan.Change?.Moved is { Count: > 0 } moved)
            {
                _moving[name] = moved;
            }
            else
            {
                _moving.Remove(name);
            }

            return plan;
        }
    }

    /// <summary>Nothing is moved to the ENI any more.</summary>
    public void Stop(string name)
    {
        lock (_lock)
        {
            _moving.Remove(name);
        }
    }

    /// <summary>The agent is shown everything that the ENI has, and nothing is moved to it.</summary>
    public void Release(string name)
    {
        lock (_lock)
        {
            _moving.Remove(name);
            if (_withheld.TryGetValue(name, out var entry))
            {
                _withheld[name] = entry with { Addresses = [], SaidAt = null };
            }
        }
    }

    /// <summary>The attachment is gone.</summary>
    public void Forget(string name)
    {
        lock (_lock)
        {
            _moving.Remove(name);
            _withheld.Remove(name);
        }
    }

    private WithheldAddresses? Seen(string name) =>
        _withheld.GetValueOrDefault(name) is { } entry
            ? new(entry.Addresses, entry.Number, entry.SaidAt is { } at ? time.GetElapsedTime(at) : null)
            : null;

    private HashSet<string> MovingTo(string other) =>
        _moving.Where(entry => entry.Key != other).SelectMany(entry => entry.Value).ToHashSet(StringComparer.Ordinal);

    private sealed record Entry(HashSet<string> Addresses, int Number, long? SaidAt);
}
