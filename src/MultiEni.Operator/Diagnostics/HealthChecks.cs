using System.Collections.Concurrent;

namespace MultiEni.Operator.Diagnostics;

/// <summary>The named checks behind <c>/healthz</c> and <c>/readyz</c>. Checks must be quick and must not do I/O.</summary>
public sealed class HealthChecks
{
    private readonly ConcurrentDictionary<string, Func<HealthResult>> liveness = new();
    private readonly ConcurrentDictionary<string, Func<HealthResult>> readiness = new();

    /// <summary>A check whose failure asks for a restart of the process.</summary>
    public void AddLiveness(string name, Func<HealthResult> check) => liveness[name] = check;

    /// <summary>A check whose failure says that the process is not yet, or not now, doing its work.</summary>
    public void AddReadiness(string name, Func<HealthResult> check) => readiness[name] = check;

    /// <summary>The failing liveness checks, as <c>name: reason</c>.</summary>
    public IReadOnlyList<string> LivenessFailures() => Failures(liveness);

    /// <summary>The failing readiness checks, as <c>name: reason</c>.</summary>
    public IReadOnlyList<string> ReadinessFailures() => Failures(readiness);

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
