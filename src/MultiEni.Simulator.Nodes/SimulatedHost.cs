namespace MultiEni.Simulator.Nodes;

/// <summary>
/// The kernel of one simulated node: PCI devices, drivers, links and routes that behave as Linux
/// does, and the hands that plug, unplug, hold devices open and reboot. Safe to use from any
/// thread.
/// </summary>
public sealed partial class SimulatedHost : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SimulatedHostOptions _options;
    private readonly PrimaryInterface _primary;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly NetworkStack _network;
    private readonly KernelModules _modules;
    private readonly DriverCore _drivers;
    private readonly KernelFiles _files;
    private readonly Announcements _announcements;
    private CancellationTokenSource _boot = new();
    private string _bootId = "";
    private int _lastProcess = 4000;
    private bool _up;
    private bool _disposed;

    /// <summary>Boots a node.</summary>
    /// <param name="name">Name of the Kubernetes node.</param>
    /// <param name="instanceId">The EC2 instance.</param>
    /// <param name="primary">The interface it is born with.</param>
    /// <param name="options">Machine and kernel.</param>
    /// <param name="seed">Determines boot ids and the addresses after a reboot.</param>
    /// <param name="time">The clock of all delays.</param>
    public SimulatedHost(string name, string instanceId, PrimaryInterface primary, SimulatedHostOptions options, int seed, TimeProvider time)
    {
        Name = name;
        InstanceId = instanceId;
        _primary = primary;
        _options = options;
        _time = time;
        _random = new Random(seed);
        _network = new NetworkStack(options.Naming);
        _modules = new KernelModules(options);
        _announcements = new Announcements(_gate);
        _drivers = new DriverCore(options, _modules, _network, Faults, _announcements.Announce, Later);
        _files = new KernelFiles(new KernelTree(options, _drivers, _modules, _network, Faults, () => _bootId), _drivers, _modules, _network);
        lock (_gate)
        {
            Boot([]);
        }
    }

    /// <summary>Name of the Kubernetes node.</summary>
    public string Name { get; }

    /// <summary>The EC2 instance.</summary>
    public string InstanceId { get; }

    /// <summary>IPv4 address of the primary interface.</summary>
    public string PrimaryAddress => _primary.Address;

    /// <summary>Scripted misbehaviour.</summary>
    public NodeFaults Faults { get; } = new();

    /// <summary>
    /// Raised after a reboot is complete and when the node is terminated: whatever ran on it is
    /// gone.
    /// </summary>
    public event EventHandler? ProcessesLost;

    /// <summary>The kernel's id of this boot.</summary>
    public string BootId
    {
        get
        {
            lock (_gate)
            {
                return _bootId;
            }
        }
    }

    /// <summary>The node answers: not while it reboots nor after its termination.</summary>
    public bool Up
    {
        get
        {
            lock (_gate)
            {
                return _up;
            }
        }
    }

    /// <summary>A vfio-noiommu group was made since the boot, which taints the kernel.</summary>
    public bool Tainted
    {
        get
        {
            lock (_gate)
            {
                return _drivers.Tainted;
            }
        }
    }

    /// <summary>All PCI devices at this moment, by address.</summary>
    public IReadOnlyList<SimulatedDevice> Devices()
    {
        lock (_gate)
        {
            return [.. _drivers.Devices.Values.Select(View)];
        }
    }

    /// <summary>One PCI device, or null.</summary>
    public SimulatedDevice? Device(string pciAddress)
    {
        lock (_gate)
        {
            return _drivers.Find(pciAddress) is { } device ? View(device) : null;
        }
    }

    /// <summary>The device of an interface, whatever driver holds it, or null.</summary>
    public SimulatedDevice? DeviceByMac(string macAddress)
    {
        lock (_gate)
        {
            return _drivers.FindByMac(macAddress) is { } device ? View(device) : null;
        }
    }

    /// <summary>The network stack at this moment.</summary>
    public SimulatedNetwork Network()
    {
        lock (_gate)
        {
            return _network.Snapshot();
        }
    }

    internal void LetGo(DeviceHold hold)
    {
        lock (_gate)
        {
            _drivers.LetGo(hold);
        }
    }

    private void Later(TimeSpan delay, Action action)
    {
        if (delay <= TimeSpan.Zero)
        {
            action();
        }
        else
        {
            _ = RunLaterAsync(delay, action, _boot.Token);
        }
    }

    private async Task RunLaterAsync(TimeSpan delay, Action action, CancellationToken thisBoot)
    {
        try
        {
            await Task.Delay(delay, _time, thisBoot);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        lock (_gate)
        {
            if (!thisBoot.IsCancellationRequested)
            {
                action();
            }
        }
    }

    private SimulatedDevice View(PciDevice device) =>
        new(
            device.Address,
            device.Vendor,
            device.DeviceId,
            device.Class,
            device.MacAddress,
            device.DriverLink,
            device.Override,
            device.LinkIndex is { } index ? _network.Link(index)?.Name : null,
            device.IommuGroup,
            device.HasFakeGroup,
            device.Hold is not null
        );
}
