namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>A function.</summary>
/// <param name="TypeOf">The type of the result for operands of these types; null when it takes no such operands.</param>
/// <param name="Run">What it does; no operand has failed.</param>
internal sealed record CelFunction(Func<List<CelType>, CelType?> TypeOf, Func<object?[], object?> Run)
{
    /// <summary>Whether the server runs it when it compiles, if its operand is a constant.</summary>
    public bool IsConversion { get; init; }
}
