namespace MultiEni.Simulator.Nodes;

/// <summary>
/// The kernel of one simulated node: PCI devices, drivers, links and routes that behave as Linux does, and the hands that plug, unplug,
/// hold devices open and reboot. Safe to use from any thread.
/// </summary>
public sealed partial class SimulatedHost : IDisposable
{
    private readonly Lock gate = new();
    private readonly SimulatedHostOptions options;
    private readonly PrimaryInterface primary;
    private readonly TimeProvider time;
    private readonly Random random;
    private readonly NetworkStack network;
    private readonly KernelModules modules;
    private readonly DriverCore drivers;
    private readonly KernelFiles files;
    private readonly Announcements announcements;
    private CancellationTokenSource boot = new();
    private string bootId = "";
    private int lastProcess = 4000;
    private bool up;
    private bool disposed;

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
        this.primary = primary;
        this.options = options;
        this.time = time;
        random = new Random(seed);
        network = new NetworkStack(options.Naming);
        modules = new KernelModules(options);
        announcements = new Announcements(gate);
        drivers = new DriverCore(options, modules, network, Faults, announcements.Announce, Later);
        files = new KernelFiles(new KernelTree(options, drivers, modules, network, Faults, () => bootId), drivers, modules);
        lock (gate)
        {
            Boot([]);
        }
    }

    /// <summary>Name of the Kubernetes node.</summary>
    public string Name { get; }

    /// <summary>The EC2 instance.</summary>
    public string InstanceId { get; }

    /// <summary>IPv4 address of the primary interface.</summary>
    public string PrimaryAddress => primary.Address;

    /// <summary>Scripted misbehaviour.</summary>
    public NodeFaults Faults { get; } = new();

    /// <summary>Raised after a reboot is complete and when the node is terminated: whatever ran on it is gone.</summary>
    public event EventHandler? ProcessesLost;

    /// <summary>The kernel's id of this boot.</summary>
    public string BootId
    {
        get
        {
            lock (gate)
            {
                return bootId;
            }
        }
    }

    /// <summary>The node answers: not while it reboots nor after its termination.</summary>
    public bool Up
    {
        get
        {
            lock (gate)
            {
                return up;
            }
        }
    }

    /// <summary>A vfio-noiommu group was made since the boot, which taints the kernel.</summary>
    public bool Tainted
    {
        get
        {
            lock (gate)
            {
                return drivers.Tainted;
            }
        }
    }

    /// <summary>All PCI devices at this moment, by address.</summary>
    public IReadOnlyList<SimulatedDevice> Devices()
    {
        lock (gate)
        {
            return [.. drivers.Devices.Values.Select(View)];
        }
    }

    /// <summary>One PCI device, or null.</summary>
    public SimulatedDevice? Device(string pciAddress)
    {
        lock (gate)
        {
            return drivers.Find(pciAddress) is { } device ? View(device) : null;
        }
    }

    /// <summary>The device of an interface, whatever driver holds it, or null.</summary>
    public SimulatedDevice? DeviceByMac(string macAddress)
    {
        lock (gate)
        {
            return drivers.FindByMac(macAddress) is { } device ? View(device) : null;
        }
    }

    /// <summary>The network stack at this moment.</summary>
    public SimulatedNetwork Network()
    {
        lock (gate)
        {
            return network.Snapshot();
        }
    }

    internal void LetGo(DeviceHold hold)
    {
        lock (gate)
        {
            drivers.LetGo(hold);
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
            _ = RunLaterAsync(delay, action, boot.Token);
        }
    }

    private async Task RunLaterAsync(TimeSpan delay, Action action, CancellationToken thisBoot)
    {
        try
        {
            await Task.Delay(delay, time, thisBoot);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        lock (gate)
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
            device.LinkIndex is { } index ? network.Link(index)?.Name : null,
            device.IommuGroup,
            device.HasFakeGroup,
            device.Hold is not null
        );
}
