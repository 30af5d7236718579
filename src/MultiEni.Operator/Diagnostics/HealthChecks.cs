using System.Collections.Concurrent;
using MultiEni.Operator.Queues;

namespace MultiEni.Operator.Diagnostics;

/// <summary>
/// The named checks behind <c>/healthz</c> and <c>/readyz</c>. Checks must be quick and must not do
/// I/O.
/// </summary>
public sealed class HealthChecks
{
    private static readonly TimeSpan ToleratedStall = TimeSpan.FromMinutes(15);

    private readonly ConcurrentDictionary<string, Func<HealthResult>> _liveness = new();
    private readonly ConcurrentDictionary<string, Func<HealthResult>> _readiness = new();

    /// <summary>A check whose failure asks for a restart of the process.</summary>
    public void AddLiveness(string name, Func<HealthResult> check) => _liveness[name] = check;

    /// <summary>
    /// A check whose failure says that the process is not yet, or not now, doing its work.
    /// </summary>
    public void AddReadiness(string name, Func<HealthResult> check) => _readiness[name] = check;

    /// <summary>
    /// Watches a queue and those who work on it: alive as long as anything that waits is taken or
    /// finished once in a quarter of an hour, ready as long as no key is worked on for that long. A
    /// reconcile that fails counts as one that is finished, so neither an API server nor EC2 that
    /// is away asks for a restart.
    /// </summary>
    public void Add<TKey>(string name, WorkQueue<TKey> queue)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(queue);
        AddLiveness(
            name,
            () =>
                queue.StalledFor is var stalled && stalled < ToleratedStall
                    ? HealthResult.Healthy
                    : HealthResult.Unhealthy($"work waits, and none was taken or finished for {stalled.TotalMinutes:0} min")
        );
        AddReadiness(
            name,
            () =>
                queue.LongestTaken is { } taken && taken.For >= ToleratedStall
                    ? HealthResult.Unhealthy($"{taken.Key} has been worked on for {taken.For.TotalMinutes:0} min")
                    : HealthResult.Healthy
        );
    }

    /// <summary>Takes the checks of this name out again.</summary>
    public void Remove(string name)
    {
        _liveness.TryRemove(name, out _);
        _readiness.TryRemove(name, out _);
    }

    /// <summary>The failing liveness checks, as <c>name: reason</c>.</summary>
    public IReadOnlyList<string> LivenessFailures() => Failures(_liveness);

    /// <summary>The failing readiness checks, as <c>name: reason</c>.</summary>
    public IReadOnlyList<string> ReadinessFailures() => Failures(_readiness);

    private static List<string> Failures(ConcurrentDictionary<string, Func<HealthResult>> checks)
    {
        var failures = new List<string>();
        foreach (var (name, check) in checks.OrderBy(check => check.Key, StringComparer.Ordinal))
        {
            HealthResult result;
            try
            {
                result = check();
            }
            catch (Exception e)
            {
                result = HealthResult.Unhealthy($"the check itself failed: {e.Message}");
            }

            if (!result.IsHealthy)
            {
                failures.Add($"{name}: {result.Reason}");
            }
        }

        return failures;
    }
}

/// <summary>What one health check found.</summary>
/// <param name="IsHealthy">Whether it passed.</param>
/// <param name="Reason">Why it did not; empty when it did.</param>
public readonly record struct HealthResult(bool IsHealthy, string Reason)
{
    /// <summary>It passed.</summary>
    public static HealthResult Healthy { get; } = new(true, "");

    /// <summary>It did not pass.</summary>
    public static HealthResult Unhealthy(string reason) => new(false, reason);
}
