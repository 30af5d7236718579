namespace MultiEni.Manager.Kubelet.Wire;

/// <summary>A gRPC call that did not end well: received from the other side, or to be told to it.</summary>
internal sealed class GrpcException(GrpcStatus status, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>How it ended.</summary>
    public GrpcStatus Status => status;
}
