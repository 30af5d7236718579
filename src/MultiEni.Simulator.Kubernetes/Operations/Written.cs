using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Operations;

/// <summary>What became of a write.</summary>
/// <param name="Object">The object as it is now.</param>
/// <param name="IsNew">Whether the write created it.</param>
/// <param name="Warnings">Texts for the <c>Warning</c> headers.</param>
internal sealed record Written(StoredObject Object, bool IsNew, IReadOnlyList<string> Warnings);
