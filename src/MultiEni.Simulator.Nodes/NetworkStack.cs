namespace MultiEni.Simulator.Nodes;

/// <summary>Links, addresses, routes and rules of the host's network namespace. Guarded by its host's lock.</summary>
internal sealed class NetworkStack(InterfaceNaming naming)
{
    internal const int MainTable = 254;
    internal const int KernelProtocol = 2;
    internal const int DhcpProtocol = 16;

    private const int SmallestMtu = 128;
    private const int LargestMtu = 9216;

    private readonly SortedDictionary<int, SimulatedLink> links = [];
    private readonly List<SimulatedAddress> addresses = [];
    private readonly List<SimulatedRoute> routes = [];
    private readonly List<SimulatedRule> rules = [];
    private int lastIndex;

    internal SimulatedNetwork Snapshot() => new([.. links.Values], [.. addresses], [.. routes], [.. rules]);

    internal IEnumerable<SimulatedLink> Links => links.Values;

    internal SimulatedLink? Link(int index) => links.GetValueOrDefault(index);

    internal void Start()
    {
        links.Clear();
        addresses.Clear();
        routes.Clear();
        rules.Clear();
        lastIndex = 0;
        Add("lo", "00:00:00:00:00:00", mtu: 65536, up: true, lowerIndex: null);
        addresses.Add(new SimulatedAddress(1, "127.0.0.1", 8));
        rules.Add(new SimulatedRule(4, 0, Source: null, Table: 255));
        rules.Add(new SimulatedRule(4, 32766, Source: null, MainTable));
        rules.Add(new SimulatedRule(4, 32767, Source: null, Table: 253));
    }

    internal SimulatedLink Add(string name, string macAddress, int mtu, bool up, int? lowerIndex)
    {
        var link = new SimulatedLink(++lastIndex, name, macAddress, mtu, up, MasterIndex: null, lowerIndex);
        links.Add(link.Index, link);
        return link;
    }

    internal void Change(SimulatedLink link) => links[link.Index] = link;

    internal void Add(SimulatedAddress address) => addresses.Add(address);

    internal void Add(SimulatedRoute route) => routes.Add(route);

    internal void Add(SimulatedRule rule) => rules.Add(rule);

    internal void Remove(int index)
    {
        links.Remove(index);
        addresses.RemoveAll(address => address.LinkIndex == index);
        routes.RemoveAll(route => route.LinkIndex == index);
    }

    internal string NameFor(PciDevice device)
    {
        if (naming is InterfaceNaming.Slot)
        {
            return $"ens{Convert.ToInt32(device.Address.Substring(8, 2), fromBase: 16)}";
        }

        for (var number = 0; ; number++)
        {
            var name = $"eth{number}";
            if (!links.Values.Any(link => link.Name == name))
            {
                return name;
            }
        }
    }

    /// <summary>Taking a link down loses its routes and keeps its IPv4 addresses, as in Linux.</summary>
    internal int SetUp(int index, bool up)
    {
        if (Link(index) is not { } link)
        {
            return LinuxErrors.NoDevice;
        }

        links[index] = link with { Up = up };
        if (!up)
        {
            routes.RemoveAll(route => route.LinkIndex == index);
        }

        return LinuxErrors.None;
    }

    internal int SetMtu(int index, int mtu)
    {
        if (Link(index) is not { } link)
        {
            return LinuxErrors.NoDevice;
        }

        if (mtu is < SmallestMtu or > LargestMtu)
        {
            return LinuxErrors.Invalid;
        }

        links[index] = link with { Mtu = mtu };
        return LinuxErrors.None;
    }
}
