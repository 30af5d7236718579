using System.Runtime.InteropServices;

namespace MultiEni.Controller.Ec2.Inventory;

/// <summary>
/// Creates that were sent and may have made an ENI that nobody has seen yet. As long as a slot is in here, its absence is not proven:
/// it leaves by an answer, by a description that shows the ENI, or by one begun after the grace time that does not [ec2 K.5].
/// </summary>
internal sealed class SlotCreates(TimeSpan grace)
{
    private readonly Dictionary<string, Sent> _sent = new(StringComparer.Ordinal);

    /// <summary>Whether anything is uncertain.</summary>
    public bool Any => _sent.Count > 0;

    /// <summary>Whether a Create of the slot may have had an effect that was not seen.</summary>
    public bool Uncertain(string slot) => _sent.ContainsKey(slot);

    /// <summary>A Create goes out.</summary>
    public void Send(string slot, DateTimeOffset now) => _sent[slot] = new(now, _sent.TryGetValue(slot, out var earlier) ? earlier.At : null);

    /// <summary>The last Create certainly made nothing; what one before it made stays open.</summary>
    public void Refuse(string slot)
    {
        if (_sent.Remove(slot, out var sent) && sent.Earlier is { } earlier)
        {
            _sent.Add(slot, new(earlier, Earlier: null));
        }
    }

    /// <summary>The slot's ENI was seen.</summary>
    public void Seen(string slot) => _sent.Remove(slot);

    /// <summary>A complete description shows nothing for the slot; true when that proves its absence.</summary>
    public bool NotSeen(string slot, Observation observation) =>
        _sent.TryGetValue(slot, out var sent) && observation.Began - sent.At >= grace && _sent.Remove(slot);

    /// <summary>Slots whose Create has been out for so long that its answer will not come.</summary>
    public IEnumerable<string> Overdue(DateTimeOffset now, TimeSpan patience) =>
        _sent.Where(sent => now - sent.Value.At >= patience).Select(sent => sent.Key);

    /// <summary>All uncertain slots.</summary>
    public IReadOnlyCollection<string> Slots => _sent.Keys;

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Sent(DateTimeOffset At, DateTimeOffset? Earlier);
}
