namespace MultiEni.Manager.Kubelet.Wire;

/// <summary>How a gRPC call ended (grpc.io, "Status codes").</summary>
internal enum GrpcStatus
{
    /// <summary>Well.</summary>
    Ok = 0,

    /// <summary>The caller gave up.</summary>
    Cancelled = 1,

    /// <summary>For another reason.</summary>
    Unknown = 2,

    /// <summary>The request makes no sense.</summary>
    InvalidArgument = 3,

    /// <summary>What is asked for does not exist.</summary>
    NotFound = 5,

    /// <summary>The message is too large.</summary>
    ResourceExhausted = 8,

    /// <summary>The state of things forbids it.</summary>
    FailedPrecondition = 9,

    /// <summary>There is no such method, or the encoding is not known.</summary>
    Unimplemented = 12,

    /// <summary>Something is broken.</summary>
    Internal = 13,

    /// <summary>Nobody answers.</summary>
    Unavailable = 14,
}
