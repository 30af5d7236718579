namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>What <c>a.?b</c> yields.</summary>
internal sealed record CelOptional(bool HasValue, object? Value)
{
    public static readonly CelOptional None = new(HasValue: false, null);
}
