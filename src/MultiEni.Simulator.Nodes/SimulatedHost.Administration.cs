namespace MultiEni.Simulator.Nodes;

/// <content>What others than the agent do on the node: modules, pods that take an interface, stacked links, addresses, routes and rules.</content>
public sealed partial class SimulatedHost
{
    /// <summary>
    /// Loads a kernel module and lets its driver probe devices that wait for it, as modprobe does.
    /// </summary>
    public void LoadModule(string module)
    {
        lock (_gate)
        {
            _modules.Load(module);
            foreach (var device in _drivers.Devices.Values.Where(device => device.Release is null).ToArray())
            {
                _drivers.Attach(device);
            }
        }
    }

    /// <summary>
    /// Moves a device's interface into a pod's network namespace: the host sees the driver and no
    /// interface (docs/reference/driver-binding.md#network-namespaces).
    /// </summary>
    public void MoveToPodNamespace(string pciAddress)
    {
        lock (_gate)
        {
            if (_drivers.Find(pciAddress) is { LinkIndex: { } index } device)
            {
                var name = _network.Link(index)!.Name;
                _network.Remove(index);
                device.LinkIndex = null;
                device.InPodNamespace = true;
                _announcements.Announce(new KernelEvent("remove", "net", name));
            }
        }
    }

    /// <summary>Stacks a link such as a VLAN or macvlan on another.</summary>
    /// <returns>Its index.</returns>
    public int AddStackedLink(string name, int lowerIndex)
    {
        lock (_gate)
        {
            var lower = _network.Link(lowerIndex) ?? throw new ArgumentException($"There is no link {lowerIndex}.", nameof(lowerIndex));
            var link = _network.Add(name, lower.MacAddress, lower.Mtu, up: true, lowerIndex);
            _announcements.Announce(new KernelEvent("add", "net", name));
            return link.Index;
        }
    }

    /// <summary>Makes a link part of a bond or bridge.</summary>
    public void SetMaster(int index, int? masterIndex)
    {
        lock (_gate)
        {
            if (_network.Link(index) is { } link)
            {
                _network.Change(link with { MasterIndex = masterIndex });
                _announcements.Announce(new KernelEvent("change", "net", link.Name));
            }
        }
    }

    /// <summary>Adds an address.</summary>
    public void AddAddress(SimulatedAddress address)
    {
        lock (_gate)
        {
            _network.Add(address);
        }
    }

    /// <summary>Adds a route.</summary>
    public void AddRoute(SimulatedRoute route)
    {
        lock (_gate)
        {
            _network.Add(route);
        }
    }

    /// <summary>Adds a policy rule.</summary>
    public void AddRule(SimulatedRule rule)
    {
        lock (_gate)
        {
            _network.Add(rule);
        }
    }
}
