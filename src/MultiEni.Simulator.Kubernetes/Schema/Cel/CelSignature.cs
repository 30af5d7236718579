namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>One form of a function: the kinds of its operands, the target first if it has one. No kind stands for any.</summary>
internal sealed record CelSignature(string Function, bool IsMethod, CelKind?[] Operands, CelType Result);
