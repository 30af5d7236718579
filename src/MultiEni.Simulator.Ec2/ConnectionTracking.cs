namespace MultiEni.Simulator.Ec2;

/// <summary>
/// Timeouts of connection tracking in seconds; null is EC2's default
/// (docs/reference/ec2.md#connection-tracking).
/// </summary>
public sealed record ConnectionTracking(int? TcpEstablishedTimeout, int? UdpStreamTimeout, int? UdpTimeout);
