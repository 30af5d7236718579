namespace MultiEni.Simulator.Nodes;

/// <summary>
/// What the node's own software does to interfaces that are present at boot: nodeadm and the VPC
/// CNI (docs/reference/driver-binding.md#node-software).
/// </summary>
internal static class BootConfiguration
{
    private const int FirstMetric = 512;
    private const int FirstTable = 10000;
    private const int FromRulePriority = 32765;
    private const int VpcMtu = 9001;

    internal static void Apply(PciDevice device, PrimaryInterface primary, SimulatedHostOptions options, NetworkStack network)
    {
        if (device.LinkIndex is not { } index || network.Link(index) is not { } link)
        {
            return;
        }

        if (device.IsPrimary)
        {
            Configure(link, primary.Address, primary, FirstMetric, network);
            if (options.PodRules)
            {
                network.Add(new SimulatedRule(4, 512, Source: null, NetworkStack.MainTable));
                network.Add(new SimulatedRule(4, 1024, Source: null, NetworkStack.MainTable));
            }
        }
        else if (options.ConfiguresInterfacesAtBoot && device.PrivateAddresses is [var address, ..])
        {
            var position = link.Index;
            Configure(link, address, primary, FirstMetric + position, network);
            network.Add(
                new SimulatedRoute(
                    4,
                    FirstTable + position,
                    Destination: null,
                    primary.Gateway,
                    link.Index,
                    FirstMetric + position,
                    NetworkStack.DhcpProtocol
                )
            );
            network.Add(new SimulatedRule(4, FromRulePriority, $"{address}/32", FirstTable + position));
        }
    }

    private static void Configure(SimulatedLink link, string address, PrimaryInterface primary, int metric, NetworkStack network)
    {
        network.Change(link with { Mtu = VpcMtu, Up = true });
        network.Add(new SimulatedAddress(link.Index, address, primary.PrefixLength));
        network.Add(
            new SimulatedRoute(
                4,
                NetworkStack.MainTable,
                Subnet(address, primary.PrefixLength),
                Gateway: null,
                link.Index,
                metric,
                NetworkStack.KernelProtocol
            )
        );
        network.Add(new SimulatedRoute(4, NetworkStack.MainTable, Destination: null, primary.Gateway, link.Index, metric, NetworkStack.DhcpProtocol));
    }

    private static string Subnet(string address, int prefixLength)
    {
        Span<byte> bytes = stackalloc byte[4];
        System.Net.IPAddress.Parse(address).TryWriteBytes(bytes, out _);
        var value = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes);
        var network = prefixLength == 0 ? 0 : value & (uint.MaxValue << (32 - prefixLength));
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes, network);
        return $"{new System.Net.IPAddress(bytes)}/{prefixLength}";
    }
}
