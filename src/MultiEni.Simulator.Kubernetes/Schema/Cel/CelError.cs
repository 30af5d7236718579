namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>A failure, which spreads through an expression as a value does.</summary>
/// <param name="Message">In the server's words; null for those that are not known here.</param>
internal sealed record CelError(string? Message)
{
    /// <summary>An operator or function met a value of a type that it does not take.</summary>
    public static readonly CelError NoSuchOverload = new((string?)null);

    public static CelError NoSuchKey(object? key) => new($"no such key: {key}");

    /// <summary>What the server says of it.</summary>
    /// <param name="source">The expression.</param>
    /// <exception cref="NotSimulatedException">That is not known here.</exception>
    public string Describe(string source) => Message ?? throw new NotSimulatedException($"a value of the wrong type in {GoText.Quote(source)}");
}
