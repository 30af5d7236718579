using MultiEni.Simulator.Ec2.Protocol;

namespace MultiEni.Simulator.Ec2.Actions;

/// <summary>
/// Timeouts of connection tracking, as a create or modify call asks for them. The bounds are those
/// of docs/reference/ec2.md#connection-tracking; that what is left out stays as it is, and the code
/// of the refusal, are assumed.
/// </summary>
internal static class ConnectionTrackingRequest
{
    public const string Parameter = "ConnectionTrackingSpecification";

    public static ConnectionTracking? Of(QueryParameters query, ConnectionTracking? present) =>
        query.HasAny($"{Parameter}.")
            ? new(
                Timeout(query, "TcpEstablishedTimeout", 60, 432_000) ?? present?.TcpEstablishedTimeout,
                Timeout(query, "UdpStreamTimeout", 60, 180) ?? present?.UdpStreamTimeout,
                Timeout(query, "UdpTimeout", 30, 60) ?? present?.UdpTimeout
            )
            : present;

    private static int? Timeout(QueryParameters query, string name, int least, int most)
    {
        var timeout = query.Integer($"{Parameter}.{name}");
        return timeout is null || (timeout >= least && timeout <= most)
            ? timeout
            : throw new Ec2Error("InvalidParameterValue", $"Value ({timeout}) for parameter {name} is invalid: it must be from {least} to {most}.");
    }
}
