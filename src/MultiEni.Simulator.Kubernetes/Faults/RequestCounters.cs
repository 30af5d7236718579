namespace MultiEni.Simulator.Kubernetes.Faults;

/// <summary>
/// How many requests came, by verb, resource and client. A snapshot: it does not move.
/// </summary>
public sealed class RequestCounters
{
    internal RequestCounters(IReadOnlyDictionary<RequestKey, long> counts) => Counts = counts;

    /// <summary>The counts.</summary>
    public IReadOnlyDictionary<RequestKey, long> Counts { get; }

    /// <summary>All requests.</summary>
    public long Total => Counts.Values.Sum();

    /// <summary>Requests that could change an object.</summary>
    public long Writes =>
        Counts
            .Where(static count => count.Key.Verb is "create" or "update" or "patch" or "delete" or "deletecollection")
            .Sum(static count => count.Value);

    /// <summary>Requests of a verb to a resource, of one client or of all.</summary>
    public long Of(string verb, string resource, string? userAgent = null) =>
        Counts
            .Where(count => count.Key.Verb == verb && count.Key.Resource == resource && (userAgent is null || count.Key.UserAgent == userAgent))
            .Sum(static count => count.Value);
}
