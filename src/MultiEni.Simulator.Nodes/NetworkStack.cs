namespace MultiEni.Simulator.Nodes;

/// <summary>
/// Links, addresses, routes and rules of the host's network namespace. Guarded by its host's lock.
/// </summary>
internal sealed class NetworkStack(InterfaceNaming naming)
{
    internal const int MainTable = 254;
    internal const int KernelProtocol = 2;
    internal const int DhcpProtocol = 16;

    private const int SmallestMtu = 128;
    private const int LargestMtu = 9216;

    private readonly SortedDictionary<int, SimulatedLink> _links = [];
    private readonly List<SimulatedAddress> _addresses = [];
    private readonly List<SimulatedRoute> _routes = [];
    private readonly List<SimulatedRule> _rules = [];
    private readonly Dictionary<int, string> _pathFilters = [];
    private int _lastIndex;

    internal SimulatedNetwork Snapshot() => new([.. _links.Values], [.. _addresses], [.. _routes], [.. _rules]);

    internal IEnumerable<SimulatedLink> Links => _links.Values;

    internal SimulatedLink? Link(int index) => _links.GetValueOrDefault(index);

    internal void Start()
    {
        _links.Clear();
        _addresses.Clear();
        _routes.Clear();
        _rules.Clear();
        _pathFilters.Clear();
        _lastIndex = 0;
        Add("lo", "00:00:00:00:00:00", mtu: 65536, up: true, lowerIndex: null);
        _addresses.Add(new SimulatedAddress(1, "127.0.0.1", 8));
        _rules.Add(new SimulatedRule(4, 0, Source: null, Table: 255) { Protocol = KernelProtocol });
        _rules.Add(new SimulatedRule(4, 32766, Source: null, MainTable) { Protocol = KernelProtocol });
        _rules.Add(new SimulatedRule(4, 32767, Source: null, Table: 253) { Protocol = KernelProtocol });
    }

    internal SimulatedLink Add(string name, string macAddress, int mtu, bool up, int? lowerIndex)
    {
        var link = new SimulatedLink(++_lastIndex, name, macAddress, mtu, up, MasterIndex: null, lowerIndex);
        _links.Add(link.Index, link);
        return link;
    }

    internal void Change(SimulatedLink link) => _links[link.Index] = link;

    internal void Add(SimulatedAddress address) => _addresses.Add(address);

    internal void Add(SimulatedRoute route) => _routes.Add(route);

    internal void Add(SimulatedRule rule) => _rules.Add(rule);

    internal void Remove(int index)
    {
        _links.Remove(index);
        _pathFilters.Remove(index);
        _addresses.RemoveAll(address => address.LinkIndex == index);
        _routes.RemoveAll(route => route.LinkIndex == index);
    }

    internal int Name(int index, string name, bool add)
    {
        if (Link(index) is not { } link)
        {
            return LinuxErrors.NoDevice;
        }

        if (!add)
        {
            _links[index] = link with { AlternativeNames = [.. link.AlternativeNames.Where(other => other != name)] };
            return link.AlternativeNames.Contains(name, StringComparer.Ordinal) ? LinuxErrors.None : LinuxErrors.NoEntry;
        }

        if (_links.Values.Any(other => other.Name == name || other.AlternativeNames.Contains(name, StringComparer.Ordinal)))
        {
            return LinuxErrors.Exists;
        }

        _links[index] = link with { AlternativeNames = [.. link.AlternativeNames, name] };
        return LinuxErrors.None;
    }

    internal int Change(SimulatedAddress address, bool add)
    {
        bool IsSame(SimulatedAddress other) => (other.LinkIndex, other.Address) == (address.LinkIndex, address.Address);
        return Link(address.LinkIndex) is null ? LinuxErrors.NoDevice
            : !add ? Found(_addresses.RemoveAll(IsSame) > 0, LinuxErrors.AddressNotAvailable)
            : _addresses.Exists(IsSame) ? LinuxErrors.Exists
            : Added(_addresses, address);
    }

    internal int Change(SimulatedRoute route, bool add) =>
        !add ? Found(_routes.Remove(route), LinuxErrors.NoProcess)
        : Link(route.LinkIndex) is not { Up: true } ? LinuxErrors.Invalid
        : _routes.Exists(other => (other.Family, other.Table, other.Destination, other.Metric) == Key(route)) ? LinuxErrors.Exists
        : Added(_routes, route);

    internal int Change(SimulatedRule rule, bool add) =>
        !add ? Found(_rules.Remove(rule), LinuxErrors.NoEntry)
        : _rules.Contains(rule) ? LinuxErrors.Exists
        : Added(_rules, rule);

    internal string? PathFilter(string name) => Named(name) is { } link ? _pathFilters.GetValueOrDefault(link.Index, "1") : null;

    internal int SetPathFilter(string name, string value)
    {
        if (Named(name) is not { } link)
        {
            return LinuxErrors.NoEntry;
        }

        _pathFilters[link.Index] = value;
        return LinuxErrors.None;
    }

    private SimulatedLink? Named(string name) => _links.Values.FirstOrDefault(link => link.Name == name);

    private static (int Family, int Table, string? Destination, int Metric) Key(SimulatedRoute route) =>
        (route.Family, route.Table, route.Destination, route.Metric);

    private static int Found(bool found, int otherwise) => found ? LinuxErrors.None : otherwise;

    private static int Added<T>(List<T> all, T item)
    {
        all.Add(item);
        return LinuxErrors.None;
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
            if (!_links.Values.Any(link => link.Name == name))
            {
                return name;
            }
        }
    }

    /// <summary>
    /// Taking a link down loses its routes and keeps its IPv4 addresses, as in Linux.
    /// </summary>
    internal int SetUp(int index, bool up)
    {
        if (Link(index) is not { } link)
        {
            return LinuxErrors.NoDevice;
        }

        _links[index] = link with { Up = up };
        if (!up)
        {
            _routes.RemoveAll(route => route.LinkIndex == index);
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

        _links[index] = link with { Mtu = mtu };
        return LinuxErrors.None;
    }
}
