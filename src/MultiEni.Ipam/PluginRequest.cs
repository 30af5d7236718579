using System.Net;
using MultiEni.Ipam.Cni;
using MultiEni.Ipam.Protocol;

namespace MultiEni.Ipam;

/// <summary>Makes the question to the ENI manager from what the runtime says.</summary>
internal static class PluginRequest
{
    /// <summary>Makes it.</summary>
    /// <exception cref="CniException">Something that the command needs is missing or wrong.</exception>
    public static IpamRequest Make(CniEnvironment environment, CniArguments arguments, NetworkConfiguration configuration)
    {
        var request = new IpamRequest
        {
            Command = environment.Command,
            Network = configuration.Name,
            Plugin = configuration.Type,
            ContainerId = Present(environment.ContainerId),
            Interface = Present(environment.Interface),
            NetworkNamespace = environment.NetworkNamespace,
            PodNamespace = arguments.PodNamespace,
            PodName = arguments.PodName,
            PodUid = arguments.PodUid,
            DeviceId = configuration.DeviceId,
            Link = configuration.Link,
            MacAddress = configuration.MacAddress,
            NodeEni = configuration.NodeEni,
        };
        switch (environment.Command)
        {
            case IpamCommands.Add:
                DemandEni(request);
                request.Addresses = Asked(arguments, configuration) is { Count: > 0 } asked ? asked : null;
                break;
            case IpamCommands.Gc:
                request.Valid = [.. Valid(configuration)];
                break;
        }

        return request;
    }

    // As the static plugin has it: what the pod asks for replaces what its network asks for.
    private static List<string> Asked(CniArguments arguments, NetworkConfiguration configuration) =>
        configuration.RequestedAddresses.Count > 0 ? [.. configuration.RequestedAddresses]
        : arguments.Addresses.Count > 0
            ? [.. arguments.Addresses.Select(address => NetworkConfiguration.CheckedAddress(address, $"IP in {CniVariables.Arguments}"))]
        : [.. configuration.ConfiguredAddresses];

    private static void DemandEni(IpamRequest request)
    {
        if (request is { DeviceId: null, Link: null, MacAddress: null, NodeEni: null })
        {
            throw new CniException(
                new CniError(
                    IpamErrorCodes.InvalidConfiguration,
                    $"The network configuration '{request.Network}' does not say which ENI the address is of.",
                    "Set ipam.nodeENI to the name of a NodeENI, or master to a link of the host (ipvlan, macvlan), or use the capability deviceID (host-device)."
                )
            );
        }
    }

    // Nothing said is not the same as nothing valid, which would take the address of every pod.
    private static IReadOnlyList<IpamInterface> Valid(NetworkConfiguration configuration) =>
        configuration.Valid
        ?? throw new CniException(
            new CniError(
                IpamErrorCodes.InvalidConfiguration,
                "The network configuration has no cni.dev/valid-attachments, which GC needs.",
                "Container runtimes write it (CNI 1.1.0)."
            )
        );

    private static string? Present(string text) => text.Length > 0 ? text : null;

    /// <summary>
    /// Whether the addresses that the ENI manager has for an interface are among those that the
    /// runtime says it has.
    /// </summary>
    /// <returns>What is wrong; null when nothing is.</returns>
    public static CniError? Compare(IReadOnlyList<IpamAddress>? booked, NetworkConfiguration configuration)
    {
        if (booked is null || configuration.PreviousAddresses is not { } previous)
        {
            return null;
        }

        var known = previous.Select(Address).ToHashSet();
        return booked.FirstOrDefault(address => !known.Contains(Address(address.Address))) is { } other
            ? new CniError(
                IpamErrorCodes.AddressMismatch,
                $"The interface was given {other.Address} and the runtime's record says {string.Join(", ", previous)}.",
                "Delete the pod, so that it is made anew."
            )
            : null;
    }

    private static IPAddress Address(string text) => CniAddress.TryParse(text, out var address, out _) ? address : IPAddress.None;
}
