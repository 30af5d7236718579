using System.Collections.Concurrent;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// Keeps two attachments from deciding at the same time whose an unattached ENI is. A call may wait
/// long for its token; meanwhile the claim on a retained ENI can move, and it would be attached to
/// one node with the tags of another.
/// </summary>
internal sealed class EniTurns
{
    private readonly ConcurrentDictionary<string, string> _turns = new(StringComparer.Ordinal);

    /// <summary>Whether the attachment may make its call; then nobody else may before it has left.</summary>
    public bool TryEnter(string eniId, string attachment) => _turns.GetOrAdd(eniId, attachment) == attachment;

    /// <summary>The call has returned, or is not made.</summary>
    public void Leave(string eniId, string attachment) => _turns.TryRemove(new(eniId, attachment));
}
