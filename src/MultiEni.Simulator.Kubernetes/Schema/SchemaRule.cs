using MultiEni.Simulator.Kubernetes.Schema.Cel;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>One entry of <c>x-kubernetes-validations</c>, compiled.</summary>
internal sealed record SchemaRule
{
    public required string Source { get; init; }

    public required CelProgram Program { get; init; }

    /// <summary>Whether it runs on an update only.</summary>
    public bool UsesOldSelf => Program.Names.Contains(SchemaTypes.OldSelf);

    public CelProgram? MessageExpression { get; init; }

    public string? Message { get; init; }

    public string Reason { get; init; } = FieldErrorReasons.Invalid;

    /// <summary>Below the value that the rule stands at, such as <c>.mtu</c>.</summary>
    public string? FieldPath { get; init; }

    /// <summary>What a failure is called when there is no better text.</summary>
    public string Name => Message ?? Source.Trim();
}
