using MultiEni.Manager.Kubelet.Wire;

namespace MultiEni.Manager.Kubelet.PodResources;

/// <summary>Asks the kubelet which pods have which devices. It alone knows: a pod's request does not say which of several devices it got.</summary>
internal sealed class PodResourcesClient(GrpcClient kubelet)
{
    /// <summary>All devices of the node's pods.</summary>
    /// <exception cref="GrpcException">The kubelet does not answer.</exception>
    /// <exception cref="ProtoException">Its answer cannot be read.</exception>
    public async Task<IReadOnlyList<HeldDevice>> ListAsync(CancellationToken cancellationToken) =>
        PodResourcesMessages.ReadList(await kubelet.CallAsync(PodResourcesMessages.List, ReadOnlyMemory<byte>.Empty, cancellationToken));
}
