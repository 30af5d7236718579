using System.Collections.Concurrent;
using MultiEni.Simulator.Kubernetes.Faults;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes;

/// <summary>
/// What goes wrong in a cluster, on demand; and a record of who asked for what. Safe for concurrent
/// use.
/// </summary>
public sealed class KubernetesFaults
{
    private readonly Lock _gate = new();
    private readonly Ledger _ledger;
    private readonly ResourceRegistry _registry;
    private readonly List<(FaultRule Rule, int Left)> _rules = [];
    private readonly Dictionary<RequestKey, long> _counts = [];
    private readonly ConcurrentQueue<RequestInfo> _log = [];

    internal KubernetesFaults(ObjectStore store)
    {
        _ledger = store.Ledger;
        _registry = store.Registry;
    }

    /// <summary>
    /// Called with every request before it is looked at. A non-null result strikes it.
    /// </summary>
    public Func<RequestInfo, ValueTask<FaultAction?>>? BeforeRequest { get; set; }

    /// <summary>
    /// Called with every request after it took effect and before it is answered, with the code that
    /// the answer would have.
    /// </summary>
    public Func<RequestInfo, int, ValueTask<FaultAction?>>? AfterRequest { get; set; }

    /// <summary>
    /// Whether <see cref="Log"/> is kept; off by default, since a benchmark makes millions of
    /// requests.
    /// </summary>
    public bool KeepsLog { get; set; }

    /// <summary>How many watches are open.</summary>
    public int OpenWatches => _ledger.CountWatches();

    /// <summary>The requests so far, when <see cref="KeepsLog"/> is on.</summary>
    public IReadOnlyList<RequestInfo> Log => [.. _log];

    /// <summary>Ends all watches, of one resource or of all.</summary>
    /// <param name="cut">
    /// Resets connections; otherwise the streams end in order, as on a server's timeout.
    /// </param>
    /// <param name="resource">The resource in the plural, or null for all.</param>
    /// <returns>How many watches there were.</returns>
    public int DropWatches(bool cut = true, string? resource = null) =>
        _ledger.EndWatches(cut, resource is null ? null : definition => definition.Plural == resource, _registry);

    /// <summary>Forgets the history of changes: a watch from before now gets 410 Expired.</summary>
    public void CompactHistory() => _ledger.Compact();

    /// <summary>
    /// Adds a rule; rules strike in the order in which they were added, one for each request and
    /// moment.
    /// </summary>
    public void Add(FaultRule rule)
    {
        lock (_gate)
        {
            _rules.Add((rule, rule.Times));
        }
    }

    /// <summary>Fails the next requests of a verb to a resource without any effect.</summary>
    public void FailNext(string? verb, string? resource, int code, int times = 1, int retryAfterSeconds = 0) =>
        Add(
            new FaultRule
            {
                Verb = verb,
                Resource = resource,
                Times = times,
                Action = new FaultAction.Fail(code, retryAfterSeconds),
            }
        );

    /// <summary>
    /// Lets the next requests of a verb to a resource take effect and loses the answers.
    /// </summary>
    public void LoseAnswers(string? verb, string? resource, int times = 1) =>
        Add(
            new FaultRule
            {
                Verb = verb,
                Resource = resource,
                Times = times,
                Moment = FaultMoment.After,
                Action = new FaultAction.Disconnect(),
            }
        );

    /// <summary>Takes all rules back.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _rules.Clear();
        }
    }

    /// <summary>The counts since the start or the last reset.</summary>
    public RequestCounters Count()
    {
        lock (_gate)
        {
            return new RequestCounters(new Dictionary<RequestKey, long>(_counts));
        }
    }

    /// <summary>Starts counting and logging anew.</summary>
    public void ResetCounts()
    {
        lock (_gate)
        {
            _counts.Clear();
            _log.Clear();
        }
    }

    internal void Record(RequestInfo request)
    {
        var resource = request.Subresource.Length == 0 ? request.Resource : $"{request.Resource}/{request.Subresource}";
        var key = new RequestKey(request.Verb, resource, request.UserAgent);
        lock (_gate)
        {
            _counts[key] = _counts.GetValueOrDefault(key) + 1;
            if (KeepsLog)
            {
                _log.Enqueue(request);
            }
        }
    }

    internal async ValueTask<FaultAction?> StrikeAsync(RequestInfo request, FaultMoment moment, int code)
    {
        var hooked = moment == FaultMoment.Before ? BeforeRequest?.Invoke(request) : AfterRequest?.Invoke(request, code);
        return (hooked is { } strike ? await strike : null) ?? Take(request, moment);
    }

    private FaultAction? Take(RequestInfo request, FaultMoment moment)
    {
        lock (_gate)
        {
            var index = _rules.FindIndex(entry => entry.Rule.Moment == moment && entry.Rule.Matches(request));
            if (index < 0)
            {
                return null;
            }

            var (rule, left) = _rules[index];
            if (left > 1)
            {
                _rules[index] = (rule, left - 1);
            }
            else
            {
                _rules.RemoveAt(index);
            }

            return rule.Action;
        }
    }
}
