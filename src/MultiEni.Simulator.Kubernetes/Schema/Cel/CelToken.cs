namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>A word of a rule.</summary>
internal readonly record struct CelToken(CelTokenKind Kind, string Text, CelValue Value, SourcePosition Position);
