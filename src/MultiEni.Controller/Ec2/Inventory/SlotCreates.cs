using System.Runtime.InteropServices;

namespace MultiEni.Controller.Ec2.Inventory;

/// <summary>
/// Creates that were sent and may have made an ENI that nobody has seen yet. As long as a slot is
/// in here, its absence is not proven: it leaves by an answer, by a description that shows the ENI,
/// or by one begun after the grace time that does not (docs/reference/ec2.md#one-eni-per-slot).
/// </summary>
internal sealed class SlotCreates(TimeSpan grace)
{
    // An answer normally takes less than a second; asking by tag before that would be for nothing.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, Sent> _sent = new(StringComparer.Ordinal);

    /// <summary>Whether anything is uncertain.</summary>
    public bool Any => _sent.Count > 0;

    /// <summary>Whether a Create of the slot may have had an effect that was not seen.</summary>
    public bool Uncertain(string slot) => _sent.ContainsKey(slot);

    /// <summary>A Create goes out.</summary>
    public void Send(string slot, DateTimeOffset now) =>
        _sent[slot] = new(now, _sent.TryGetValue(slot, out var earlier) ? earlier.At : null, AskFrom: now + Patience);

    /// <summary>
    /// A predecessor may have sent a Create at this time or before. Asking is of use only once an
    /// answer proves something.
    /// </summary>
    public void Suspect(string slot, DateTimeOffset at) => _sent.TryAdd(slot, new(at, Earlier: null, AskFrom: at + grace));

    /// <summary>
    /// The last Create certainly made nothing; what one before it made stays open.
    /// </summary>
    public void Refuse(string slot)
    {
        if (_sent.Remove(slot, out var sent) && sent.Earlier is { } earlier)
        {
            _sent.Add(slot, new(earlier, Earlier: null, AskFrom: earlier + Patience));
        }
    }

    /// <summary>The slot's ENI was seen.</summary>
    public void Seen(string slot) => _sent.Remove(slot);

    /// <summary>
    /// A complete description shows nothing for the slot; true when that proves its absence.
    /// </summary>
    public bool NotSeen(string slot, Observation observation) =>
        _sent.TryGetValue(slot, out var sent) && observation.Began - sent.At >= grace && _sent.Remove(slot);

    /// <summary>Slots that it is time to ask for.</summary>
    public IEnumerable<string> Overdue(DateTimeOffset now) => _sent.Where(sent => sent.Value.AskFrom <= now).Select(sent => sent.Key);

    /// <summary>All uncertain slots.</summary>
    public IReadOnlyCollection<string> Slots => _sent.Keys;

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Sent(DateTimeOffset At, DateTimeOffset? Earlier, DateTimeOffset AskFrom);
}
