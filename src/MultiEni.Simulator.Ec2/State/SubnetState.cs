namespace MultiEni.Simulator.Ec2.State;

/// <summary>A subnet with its address pools.</summary>
internal sealed class SubnetState(Subnet row)
{
    private Subnet _row = row;

    public Ipv4Pool Ipv4 { get; } = row.Ipv6Native ? Ipv4Pool.None : new(row.Cidr);

    public Ipv6Pool? Ipv6 { get; } = row.Ipv6Cidr is { } cidr ? new Ipv6Pool(cidr) : null;

    public Subnet Row => _row with { FreeAddresses = Ipv4.Free };

    /// <summary>Gives all addresses of a network interface back.</summary>
    public void Release(NetworkInterface networkInterface)
    {
        foreach (var address in networkInterface.PrivateIps)
        {
            Ipv4.Release(address);
        }

        foreach (var prefix in networkInterface.Ipv4Prefixes)
        {
            Ipv4.ReleasePrefix(prefix);
        }

        foreach (var address in networkInterface.Ipv6Addresses)
        {
            Ipv6!.Release(address);
        }

        foreach (var prefix in networkInterface.Ipv6Prefixes)
        {
            Ipv6!.ReleasePrefix(prefix);
        }
    }

    public void Retag(IReadOnlyDictionary<string, string> tags) => _row = _row with { Tags = tags };
}
