using System.Collections.Concurrent;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Leading;
using MultiEni.Operator.Client;

namespace MultiEni.Controller.Kubernetes;

/// <summary>
/// The writes that the API server refuses at present, whoever of the controller sends them: what is
/// refused must be in a status, not in the log alone. A write that is refused is repeated by its
/// sender; the entry ends when one of the same object is accepted.
/// </summary>
internal sealed class WriteFailures(TimeProvider time)
{
    // Long enough for a hiccup, a restarted API server or a race with another writer to be over.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    // Whoever is refused repeats it within five minutes; what is not repeated any more is not
    // wanted any more.
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private const string Events = "events";

    private readonly ConcurrentDictionary<(string Resource, ObjectKey Key), Entry> _entries = new();

    /// <summary>The resource of a write that begins to be refused or is accepted again.</summary>
    public Signal<string> Changes { get; } = new();

    /// <summary>Takes in what became of a write.</summary>
    public void Observe(WriteOutcome outcome)
    {
        // Each event is an object of its own, so that they count as one.
        var id = (outcome.Resource, outcome.Resource == Events ? default : outcome.Key);
        if (outcome.Failure is not { } failure || IsExpected(outcome))
        {
            if (_entries.TryRemove(id, out _))
            {
                Changes.Raise(outcome.Resource);
            }

            return;
        }

        var now = time.GetUtcNow();
        var isNew = !_entries.TryGetValue(id, out var before);
        _entries[id] = new Entry(before?.Since ?? now, now, failure.Message);
        if (isNew)
        {
            Changes.Raise(outcome.Resource);
        }
    }

    /// <summary>What is refused at present, and has been for longer than a hiccup.</summary>
    public IReadOnlyList<WriteFailure> Current
    {
        get
        {
            if (_entries.IsEmpty)
            {
                return [];
            }

            var now = time.GetUtcNow();
            foreach (var (id, entry) in _entries)
            {
                if (now - entry.Last > Lifetime)
                {
                    _entries.TryRemove(id, out _);
                }
            }

            return
            [
                .. _entries
                    .Where(entry => now - entry.Value.Since >= Patience)
                    .Select(entry => new WriteFailure(entry.Key.Resource, entry.Key.Key, entry.Value.Message))
                    .OrderBy(failure => failure.Message, StringComparer.Ordinal),
            ];
        }
    }

    /// <summary>
    /// When the answer of <see cref="Current" /> changes though nothing happens; null when it does
    /// not.
    /// </summary>
    public TimeSpan? NextChange
    {
        get
        {
            var now = time.GetUtcNow();
            return _entries
                .Values.Select(entry => now - entry.Since < Patience ? entry.Since + Patience - now : entry.Last + Lifetime - now)
                .Select(wait => (TimeSpan?)wait)
                .Min();
        }
    }

    // An object that went away or is somebody else's is not a rejected write. An apply of a whole
    // object creates it, and so never finds none unless its kind or its namespace does not exist.
    private static bool IsExpected(WriteOutcome outcome) =>
        outcome.Failure switch
        {
            KubernetesApiException { IsConflict: true } or KubernetesApiException { IsPatchMismatch: true } => true,
            KubernetesApiException { IsNotFound: true } => outcome.Verb != "apply" || outcome.Resource.Contains('/', StringComparison.Ordinal),
            _ => false,
        };

    private sealed record Entry(DateTimeOffset Since, DateTimeOffset Last, string Message);
}

/// <summary>A write that the API server refuses.</summary>
/// <param name="Resource">
/// The lower-case plural, with the subresource where there is one: <c>nodeenis/status</c>.
/// </param>
/// <param name="Key">The object.</param>
/// <param name="Message">The request and the server's words.</param>
internal sealed record WriteFailure(string Resource, ObjectKey Key, string Message);
