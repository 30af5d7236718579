using System.Net;
using MultiEni.Ipam.Protocol;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Addresses;

/// <summary>
/// Finds the ENI that an interface is on: by its device, else by the host's link, else by the
/// NodeENI that the configuration names. Pure.
/// </summary>
internal static class EniSearch
{
    /// <summary>The ENI, or why it is not clear which one that is.</summary>
    public static (EniAddresses? Eni, IpamError? Problem) Find(IpamRequest request, IReadOnlyList<EniAddresses> enis, IReadOnlyList<IPAddress> named)
    {
        if (!string.IsNullOrEmpty(request.DeviceId))
        {
            return PciAddress.TryParse(request.DeviceId, out var device)
                ? Only(enis.Where(eni => eni.Device == device), $"at PCI address {device}", enis)
                : Invalid($"'{request.DeviceId}' is not the PCI address of an ENI: the device must be one of a NodeENI's resource");
        }

        if (!string.IsNullOrEmpty(request.MacAddress))
        {
            return MacAddress.TryParse(request.MacAddress, out var mac)
                ? Only(enis.Where(eni => eni.Mac == mac), $"with hardware address {mac}", enis)
                : Invalid($"hwaddr '{request.MacAddress}' is not a hardware address; write it as 02:1b:00:00:00:07");
        }

        if (!string.IsNullOrEmpty(request.Link))
        {
            return Only(enis.Where(eni => eni.Links.Contains(request.Link, StringComparer.Ordinal)), $"with the link {request.Link}", enis);
        }

        if (!string.IsNullOrEmpty(request.NodeEni))
        {
            var ofNodeEni = enis.Where(eni => eni.NodeEni == request.NodeEni).ToList();
            var withNamed = ofNodeEni
                .Where(eni => named.Count > 0 && named.All(address => eni.SubnetOf(address)?.Contains(address) == true))
                .ToList();
            return Only(withNamed.Count > 0 ? withNamed : ofNodeEni, $"of NodeENI {request.NodeEni}", enis);
        }

        return Invalid(
            "the network configuration does not say which ENI the interface is on: set master (ipvlan), request the device by a resource (host-device), or set "
                + "ipam.nodeENI"
        );
    }

    private static (EniAddresses?, IpamError?) Only(IEnumerable<EniAddresses> matches, string what, IReadOnlyList<EniAddresses> all)
    {
        switch (matches.ToList())
        {
            case []:
                return Problem(
                    IpamErrorCodes.TryAgainLater,
                    $"this node has no attached ENI {what}; "
                        + (all.Count == 0 ? "it has none of a NodeENI" : $"it has {string.Join(", ", all.Select(Describe))}")
                        + ". kubectl eni status shows what is missing"
                );
            case [{ Leaving: { } leaving } eni]:
                return Problem(IpamErrorCodes.TryAgainLater, $"{eni.EniId} of NodeENI {eni.NodeEni} {leaving}; no pod gets an address of it");
            case [var only]:
                return (only, null);
            case var several:
                return Invalid(
                    $"this node has several ENIs {what}: {string.Join(", ", several.Select(Describe))}; name one of them by its link, such as {several[0].EniId}"
                );
        }
    }

    private static string Describe(EniAddresses eni) => $"{eni.EniId} ({eni.NodeEni})";

    private static (EniAddresses?, IpamError?) Invalid(string message) => Problem(IpamErrorCodes.InvalidConfiguration, message);

    private static (EniAddresses?, IpamError?) Problem(int code, string message) => (null, new IpamError { Code = code, Message = message });
}
