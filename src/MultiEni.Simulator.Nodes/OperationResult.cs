namespace MultiEni.Simulator.Nodes;

/// <summary>Answer to an operation that the kernel may refuse.</summary>
internal sealed record OperationResult(int Errno);
