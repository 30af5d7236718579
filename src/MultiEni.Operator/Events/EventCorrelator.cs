using MultiEni.Api.Kubernetes;

namespace MultiEni.Operator.Events;

/// <summary>
/// Decides which occurrences are repeats. What is normal counts up one event for each object and
/// reason, which shows the newest message: thousands of ENIs that come or go are thousands of
/// occurrences of it. Of warnings the same object, reason and message count up one event, and an
/// object and reason with more than ten messages in ten minutes are combined into one. Not safe for
/// concurrent use; the clock is in the occurrences.
/// </summary>
internal sealed class EventCorrelator(string component, string instance)
{
    private const int MessagesBeforeCombining = 10;
    private const int MaximumRemembered = 4096;
    private const int MaximumMessage = 1024;
    private const int MaximumName = 253;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    // The API server keeps events for an hour by default; what is older cannot be counted up.
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(55);

    private readonly Dictionary<EventIdentity, Written> _written = [];
    private readonly Dictionary<EventIdentity, Dictionary<string, DateTimeOffset>> _messages = [];
    private long _lastNumber;

    /// <summary>What to write.</summary>
    public EventWrite Correlate(EventOccurrence occurrence)
    {
        ForgetOld(occurrence.Time);
        var identity = Identify(occurrence, out var message);
        if (_written.TryGetValue(identity, out var before))
        {
            before.Count++;
            before.Last = occurrence.Time;
            return new EventWrite.Repeat(before.Key, before.Count, message, Timestamps.ToSeconds(occurrence.Time));
        }

        var created = NewEvent(occurrence, message);
        _written[identity] = new Written { Key = ObjectKey.Of(created), Last = occurrence.Time };
        return new EventWrite.Create(created);
    }

    /// <summary>
    /// The event of this occurrence is not, or no longer, on the server: the next occurrence
    /// creates it anew.
    /// </summary>
    public void Forget(EventOccurrence occurrence) => _written.Remove(Identify(occurrence, out _));

    private EventIdentity Identify(EventOccurrence occurrence, out string message)
    {
        message = occurrence.Message.Length <= MaximumMessage ? occurrence.Message : occurrence.Message[..(MaximumMessage - 1)] + "…";
        var family = new EventIdentity(occurrence.Regarding, occurrence.Type, occurrence.Reason, "");
        if (occurrence.Type == EventType.Normal)
        {
            return family;
        }

        if (!_messages.TryGetValue(family, out var seen))
        {
            _messages.Add(family, seen = []);
        }

        foreach (var (old, time) in seen)
        {
            if (occurrence.Time - time > Window)
            {
                seen.Remove(old);
            }
        }

        if (seen.Count < MessagesBeforeCombining || seen.ContainsKey(message))
        {
            seen[message] = occurrence.Time;
            return family with { Message = message };
        }

        message = $"(combined from similar events) {message}";
        return family;
    }

    private KubernetesEvent NewEvent(EventOccurrence occurrence, string message)
    {
        var time = Timestamps.ToSeconds(occurrence.Time);
        var suffix = $".{occurrence.Time.UtcTicks + ++_lastNumber:x}";
        var name = occurrence.Regarding.Name ?? "unknown";
        // Events about cluster-scoped objects live in the namespace default, where kubectl describe
        // looks for them.
        var home = string.IsNullOrEmpty(occurrence.Regarding.Namespace) ? "default" : occurrence.Regarding.Namespace;
        return new KubernetesEvent
        {
            Metadata = new() { Namespace = home, Name = name[..Math.Min(name.Length, MaximumName - suffix.Length)] + suffix },
            InvolvedObject = occurrence.Regarding,
            Type = occurrence.Type.ToString(),
            Reason = occurrence.Reason,
            Message = message,
            Source = new EventSource { Component = component, Host = instance },
            FirstTimestamp = time,
            LastTimestamp = time,
            Count = 1,
            ReportingComponent = component,
            ReportingInstance = instance,
        };
    }

    private void ForgetOld(DateTimeOffset now)
    {
        if (_written.Count >= MaximumRemembered)
        {
            // Rare: forgetting everything costs a few duplicate events and keeps this simple.
            _written.Clear();
            _messages.Clear();
        }

        foreach (var (identity, entry) in _written)
        {
            if (now - entry.Last > Lifetime)
            {
                _written.Remove(identity);
                _messages.Remove(identity with { Message = "" });
            }
        }
    }

    private sealed record EventIdentity(ObjectReference Regarding, EventType Type, string Reason, string Message);

    private sealed class Written
    {
        public required ObjectKey Key { get; init; }

        public int Count { get; set; } = 1;

        public DateTimeOffset Last { get; set; }
    }
}
