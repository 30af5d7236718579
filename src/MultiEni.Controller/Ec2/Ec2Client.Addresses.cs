using Amazon.EC2.Model;

namespace MultiEni.Controller.Ec2;

internal sealed partial class Ec2Client
{
    /// <summary>Adds secondary IPv4 addresses of EC2's choice.</summary>
    /// <returns>Those that were added.</returns>
    public Task<IReadOnlyList<string>> AssignPrivateIpsAsync(EniId eniId, int count, CallPriority priority, CancellationToken cancellationToken) =>
        AssignIpv4Async(new() { SecondaryPrivateIpAddressCount = count }, eniId, priority, cancellationToken);

    /// <summary>Adds given secondary IPv4 addresses.</summary>
    /// <param name="eniId">The ENI.</param>
    /// <param name="addresses">The addresses.</param>
    /// <param name="movedFrom">
    /// The ENIs that have some of them, which EC2 takes them from; with none of these EC2 refuses
    /// an address that another ENI has.
    /// </param>
    /// <param name="priority">Who goes first.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<string>> AssignPrivateIpsAsync(
        EniId eniId,
        IReadOnlyList<string> addresses,
        IReadOnlyList<EniId> movedFrom,
        CallPriority priority,
        CancellationToken cancellationToken
    )
    {
        var request = new AssignPrivateIpAddressesRequest { PrivateIpAddresses = [.. addresses] };
        if (movedFrom.Count > 0)
        {
            request.AllowReassignment = true;
        }

        var assigned = await AssignIpv4Async(request, eniId, priority, cancellationToken);
        foreach (var former in movedFrom)
        {
            Publish(new LocalEffect.AddressesUnassigned(former.ToString(), addresses));
        }

        return assigned;
    }

    /// <summary>Adds IPv4 prefixes (/28).</summary>
    public Task<IReadOnlyList<string>> AssignIpv4PrefixesAsync(EniId eniId, int count, CallPriority priority, CancellationToken cancellationToken) =>
        AssignIpv4Async(new() { Ipv4PrefixCount = count }, eniId, priority, cancellationToken);

    /// <summary>Adds IPv6 addresses of EC2's choice.</summary>
    public Task<IReadOnlyList<string>> AssignIpv6AddressesAsync(EniId eniId, int count, CallPriority priority, CancellationToken cancellationToken) =>
        AssignIpv6Async(new() { Ipv6AddressCount = count }, eniId, priority, cancellationToken);

    /// <summary>
    /// Adds given IPv6 addresses. EC2 takes them from no other ENI: they have to be unassigned
    /// there first.
    /// </summary>
    public Task<IReadOnlyList<string>> AssignIpv6AddressesAsync(
        EniId eniId,
        IReadOnlyList<string> addresses,
        CallPriority priority,
        CancellationToken cancellationToken
    ) => AssignIpv6Async(new() { Ipv6Addresses = [.. addresses] }, eniId, priority, cancellationToken);

    /// <summary>Adds IPv6 prefixes (/80).</summary>
    public Task<IReadOnlyList<string>> AssignIpv6PrefixesAsync(EniId eniId, int count, CallPriority priority, CancellationToken cancellationToken) =>
        AssignIpv6Async(new() { Ipv6PrefixCount = count }, eniId, priority, cancellationToken);

    /// <summary>Takes secondary IPv4 addresses and /28 prefixes away.</summary>
    public async Task UnassignPrivateIpsAsync(
        EniId eniId,
        IReadOnlyList<string> addressesAndPrefixes,
        CallPriority priority,
        CancellationToken cancellationToken
    )
    {
        var (addresses, prefixes) = Split(addressesAndPrefixes);
        await MutateAsync(
            Ec2Actions.UnassignPrivateIpAddresses,
            priority,
            (client, token) =>
                client.UnassignPrivateIpAddressesAsync(
                    new()
                    {
                        NetworkInterfaceId = eniId.ToString(),
                        PrivateIpAddresses = addresses,
                        Ipv4Prefixes = prefixes,
                    },
                    token
                ),
            cancellationToken
        );
        Publish(new LocalEffect.AddressesUnassigned(eniId.ToString(), addressesAndPrefixes));
    }

    /// <summary>Takes IPv6 addresses and /80 prefixes away.</summary>
    public async Task UnassignIpv6AddressesAsync(
        EniId eniId,
        IReadOnlyList<string> addressesAndPrefixes,
        CallPriority priority,
        CancellationToken cancellationToken
    )
    {
        var (addresses, prefixes) = Split(addressesAndPrefixes);
        await MutateAsync(
            Ec2Actions.UnassignIpv6Addresses,
            priority,
            (client, token) =>
                client.UnassignIpv6AddressesAsync(
                    new()
                    {
                        NetworkInterfaceId = eniId.ToString(),
                        Ipv6Addresses = addresses,
                        Ipv6Prefixes = prefixes,
                    },
                    token
                ),
            cancellationToken
        );
        Publish(new LocalEffect.AddressesUnassigned(eniId.ToString(), addressesAndPrefixes));
    }

    private async Task<IReadOnlyList<string>> AssignIpv4Async(
        AssignPrivateIpAddressesRequest request,
        EniId eniId,
        CallPriority priority,
        CancellationToken cancellationToken
    )
    {
        request.NetworkInterfaceId = eniId.ToString();
        var response = await MutateAsync(
            Ec2Actions.AssignPrivateIpAddresses,
            priority,
            (client, token) => client.AssignPrivateIpAddressesAsync(request, token),
            cancellationToken
        );
        // An answer may leave out what the request names.
        List<string> addresses =
        [
            .. response.AssignedPrivateIpAddresses is { Count: > 0 } assigned
                ? assigned.Select(address => address.PrivateIpAddress)
                : request.PrivateIpAddresses ?? [],
        ];
        List<string> prefixes = [.. (response.AssignedIpv4Prefixes ?? []).Select(prefix => prefix.Ipv4Prefix)];
        Publish(new LocalEffect.AddressesAssigned(eniId.ToString(), addresses, [], prefixes));
        return [.. addresses, .. prefixes];
    }

    private async Task<IReadOnlyList<string>> AssignIpv6Async(
        AssignIpv6AddressesRequest request,
        EniId eniId,
        CallPriority priority,
        CancellationToken cancellationToken
    )
    {
        request.NetworkInterfaceId = eniId.ToString();
        var response = await MutateAsync(
            Ec2Actions.AssignIpv6Addresses,
            priority,
            (client, token) => client.AssignIpv6AddressesAsync(request, token),
            cancellationToken
        );
        List<string> addresses = [.. response.AssignedIpv6Addresses is { Count: > 0 } assigned ? assigned : request.Ipv6Addresses ?? []];
        List<string> prefixes = [.. response.AssignedIpv6Prefixes ?? []];
        Publish(new LocalEffect.AddressesAssigned(eniId.ToString(), [], addresses, prefixes));
        return [.. addresses, .. prefixes];
    }

    // The SDK leaves a list that is null out of the request.
    private static (List<string>? Addresses, List<string>? Prefixes) Split(IReadOnlyList<string> both)
    {
        var (prefixes, addresses) = (
            both.Where(item => item.Contains('/', StringComparison.Ordinal)).ToList(),
            both.Where(item => !item.Contains('/', StringComparison.Ordinal)).ToList()
        );
        return (addresses.Count > 0 ? addresses : null, prefixes.Count > 0 ? prefixes : null);
    }
}
