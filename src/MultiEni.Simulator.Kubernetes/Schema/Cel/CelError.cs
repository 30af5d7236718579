namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>A failure, which spreads through an expression as a value does.</summary>
internal sealed record CelError(string Message)
{
    public static readonly CelError NoSuchOverload = new("no such overload");

    public static CelError NoSuchKey(object? key) => new($"no such key: {key}");
}
