using System.Collections.Concurrent;
using System.Diagnostics;
using MultiEni.Simulator.Kubernetes;

namespace MultiEni.Benchmarks;

/// <summary>
/// What is asked of the API server in one phase: each request by verb, resource with subresource,
/// and code.
/// </summary>
internal sealed class RequestLedger
{
    private const string Attachments = "eniattachments";
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<(string Verb, string Resource, int Code), int> _counts = new();
    private readonly ConcurrentDictionary<string, (TimeSpan First, TimeSpan Last)> _lives = new();
    private readonly long _begin = Stopwatch.GetTimestamp();

    private RequestLedger() { }

    /// <summary>The requests by their numbers, as kubectl names them.</summary>
    public IReadOnlyDictionary<(string Verb, string Resource, int Code), int> Counts => _counts;

    /// <summary>
    /// How many ENIAttachments took longer than five seconds from the first to the last write of
    /// them in this phase: those may be told of once more.
    /// </summary>
    public int Late => _lives.Values.Count(life => life.Last - life.First > Quick);

    /// <summary>Begins a phase; the one before ends.</summary>
    public static RequestLedger Begin(KubernetesSimulator kubernetes)
    {
        var ledger = new RequestLedger();
        kubernetes.Faults.AfterRequest = (request, code) =>
        {
            var resource = request.Subresource.Length == 0 ? request.Resource : $"{request.Resource}/{request.Subresource}";
            ledger._counts.AddOrUpdate((request.Verb, resource, code), 1, static (_, count) => count + 1);
            if (request.IsWrite && request.Resource == Attachments)
            {
                var now = Stopwatch.GetElapsedTime(ledger._begin);
                ledger._lives.AddOrUpdate(request.Name, _ => (now, now), (_, life) => (life.First, now));
            }

            return ValueTask.FromResult<Simulator.Kubernetes.Faults.FaultAction?>(null);
        };
        return ledger;
    }

    /// <summary>
    /// Prints the requests, and for each ENI; whoever comes and goes without an ENI, such as the
    /// Lease, is below.
    /// </summary>
    public void Print(string phase, int enis)
    {
        Console.WriteLine($"\n{phase}: requests by verb, resource and code");
        foreach (
            var ((verb, resource, code), count) in _counts.OrderBy(entry => entry.Key.Resource, StringComparer.Ordinal).ThenBy(entry => entry.Key)
        )
        {
            Console.WriteLine($"  {verb, -8} {resource, -28} {code, 5} {count, 8} {(double)count / enis, 10:0.000} per ENI");
        }
    }
}
