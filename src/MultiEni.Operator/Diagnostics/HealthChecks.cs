namespace MultiEni.Operator.Diagnostics;

/// <summary>The named checks behind <c>/healthz</c> and <c>/readyz</c>. Checks must be quick and must not do I/O.</summary>
public sealed class HealthChecks
{
    /// <summary>A check whose failure asks for a restart of the process.</summary>
    public void AddLiveness(string name, Func<HealthResult> check) =>
        throw new NotImplementedException();

    /// <summary>A check whose failure says that the process is not yet, or not now, doing its work.</summary>
    public void AddReadiness(string name, Func<HealthResult> check) =>
        throw new NotImplementedException();
}
