namespace MultiEni.Api.NodeEnis;

/// <summary>
/// How long EC2 remembers idle connections of the ENI, in seconds. What is null is left to EC2,
/// whose default for TCP depends on the instance type.
/// </summary>
public sealed record ConnectionTrackingSpec
{
    /// <summary>An established TCP connection.</summary>
    public int? TcpEstablishedTimeout { get; set; }

    /// <summary>A UDP flow with more than one request and response.</summary>
    public int? UdpStreamTimeout { get; set; }

    /// <summary>Any other UDP flow.</summary>
    public int? UdpTimeout { get; set; }
}
