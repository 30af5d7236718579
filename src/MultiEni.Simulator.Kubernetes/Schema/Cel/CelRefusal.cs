namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>Why an expression is not compiled.</summary>
internal sealed class CelRefusal(string why) : Exception(why);
