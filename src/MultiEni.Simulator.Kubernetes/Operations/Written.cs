using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Operations;

/// <summary>What became of a write.</summary>
internal sealed record Written(StoredObject Object, bool IsNew, IReadOnlyList<string> Warnings);
