namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>A token of an expression.</summary>
internal readonly record struct CelToken(CelTokenKind Kind, string Text);
