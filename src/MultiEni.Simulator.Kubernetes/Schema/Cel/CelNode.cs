namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>
/// A part of an expression that is known to be right. A value is null, a bool, a long, a double, a
/// string, a <see cref="CelList"/>, a <see cref="CelMap"/>, a <see cref="CelOptional"/>, a
/// <see cref="Types.Quantity"/>, a <see cref="CelVersion"/>, or the <see cref="CelError"/> that
/// stands in its place.
/// </summary>
/// <param name="Type">What it yields.</param>
/// <param name="Run">Yields it.</param>
/// <param name="Cost">An upper bound of what the server reckons that it costs.</param>
internal sealed record CelNode(CelType Type, Func<CelScope, object?> Run, double Cost)
{
    /// <summary>The value of a literal; null for whatever depends on what is asked.</summary>
    public object? Constant { get; init; }

    /// <summary>The macros within it.</summary>
    public CelLoops Loops { get; init; }

    /// <summary>For <c>operand.field</c>: what <c>has()</c> asks.</summary>
    public (CelNode Operand, string Field)? Selection { get; init; }

    /// <summary>Runs it; what a failed operand yields is a failure.</summary>
    public object? RunWith(CelScope scope, Func<object?, object?> then)
    {
        var value = Run(scope);
        return value is CelError ? value : then(value);
    }
}
