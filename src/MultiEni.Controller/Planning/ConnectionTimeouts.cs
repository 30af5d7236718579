using MultiEni.Api.NodeEnis;

namespace MultiEni.Controller.Planning;

/// <summary>
/// Compares timeouts of connection tracking. Pure. One that a specification leaves out is as EC2
/// has it, and EC2 has no call that puts its default back
/// (docs/reference/ec2.md#connection-tracking).
/// </summary>
internal static class ConnectionTimeouts
{
    /// <summary>The timeouts that are given; null when none is.</summary>
    public static ConnectionTrackingSpec? Given(ConnectionTrackingSpec? spec) => spec == new ConnectionTrackingSpec() ? null : spec;

    /// <summary>Whether the ENI has every timeout that is wanted.</summary>
    public static bool AreIn(ConnectionTrackingSpec? actual, ConnectionTrackingSpec wanted) => Over(actual, wanted) == (actual ?? new());

    /// <summary>
    /// Whether one call turns the present specification into the wanted one: a timeout can be set,
    /// and not be given up.
    /// </summary>
    public static bool CanBecome(ConnectionTrackingSpec? present, ConnectionTrackingSpec? wanted) =>
        (present?.TcpEstablishedTimeout is null || wanted?.TcpEstablishedTimeout is not null)
        && (present?.UdpStreamTimeout is null || wanted?.UdpStreamTimeout is not null)
        && (present?.UdpTimeout is null || wanted?.UdpTimeout is not null);

    /// <summary>The wanted timeouts, and the ENI's own where none is wanted.</summary>
    public static ConnectionTrackingSpec Over(ConnectionTrackingSpec? actual, ConnectionTrackingSpec wanted) =>
        new()
        {
            TcpEstablishedTimeout = wanted.TcpEstablishedTimeout ?? actual?.TcpEstablishedTimeout,
            UdpStreamTimeout = wanted.UdpStreamTimeout ?? actual?.UdpStreamTimeout,
            UdpTimeout = wanted.UdpTimeout ?? actual?.UdpTimeout,
        };
}
