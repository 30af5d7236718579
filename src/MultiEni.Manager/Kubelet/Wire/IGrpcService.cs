namespace MultiEni.Manager.Kubelet.Wire;

/// <summary>What is behind one socket.</summary>
internal interface IGrpcService
{
    /// <summary>Answers a call.</summary>
    /// <param name="method">Such as <c>v1beta1.DevicePlugin/Allocate</c>.</param>
    /// <param name="request">The request message.</param>
    /// <param name="cancellationToken">Ends when the caller goes away.</param>
    /// <returns>The answers; a plain call has exactly one, and a stream goes on until the caller has enough.</returns>
    /// <exception cref="GrpcException">The call fails.</exception>
    /// <exception cref="ProtoException">The request cannot be read.</exception>
    IAsyncEnumerable<ReadOnlyMemory<byte>> AnswerAsync(string method, ReadOnlyMemory<byte> request, CancellationToken cancellationToken);
}
