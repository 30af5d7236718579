using MultiEni.Simulator.Nodes.Kubelets.Protocol.DraApi;

namespace MultiEni.Simulator.Nodes.Kubelets.Claims;

/// <summary>What a driver answered for one claim.</summary>
/// <param name="Devices">The devices, when there is no error.</param>
/// <param name="Error">Why it is not prepared; empty for success.</param>
public sealed record PreparedClaim(IReadOnlyList<PreparedDevice> Devices, string Error)
{
    /// <summary>A driver must answer for every claim that it was asked for.</summary>
    internal static PreparedClaim Missing { get; } = new([], "the driver's answer does not mention the claim");

    internal static PreparedClaim Of(NodePrepareResourceResponse answer) =>
        new(
            [
                .. answer.Devices.Select(device => new PreparedDevice(
                    [.. device.RequestNames],
                    device.PoolName,
                    device.DeviceName,
                    [.. device.CdiDeviceIds]
                )),
            ],
            answer.Error
        );
}

/// <summary>A device that a driver has prepared.</summary>
/// <param name="Requests">The requests of the claim that it is for; none means all.</param>
/// <param name="Pool">Its pool.</param>
/// <param name="Name">Its name in the pool.</param>
/// <param name="CdiDevices">Full names of CDI devices, <c>vendor/class=name</c>.</param>
public sealed record PreparedDevice(IReadOnlyList<string> Requests, string Pool, string Name, IReadOnlyList<string> CdiDevices);

/// <summary>Names one claim.</summary>
public sealed record ClaimIdentity(string Namespace, string Name, string Uid)
{
    internal Claim ToMessage() =>
        new()
        {
            Namespace = Namespace,
            Name = Name,
            Uid = Uid,
        };
}
