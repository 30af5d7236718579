namespace MultiEni.Operator.Diagnostics;

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
