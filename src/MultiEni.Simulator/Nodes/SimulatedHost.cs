using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace MultiEni.Simulator.Nodes;

/// <summary>
/// The kernel of one simulated node: PCI devices, drivers, links and routes that behave as Linux does, and the hands that plug, unplug,
/// hold devices open and reboot. Safe to use from any thread.
/// </summary>
public sealed class SimulatedHost : IDisposable
{
    private const int FirstInterfaceSlot = 5;
    private const int Slots = 32;

    private readonly Lock gate = new();
    private readonly SimulatedHostOptions options;
    private readonly PrimaryInterface primary;
    private readonly TimeProvider time;
    private readonly Random random;
    private readonly NetworkStack network;
    private readonly KernelModules modules;
    private readonly DriverCore drivers;
    private readonly KernelFiles files;
    private readonly HashSet<Channel<KernelEvent>> watchers = [];
    private CancellationTokenSource boot = new();
    private string bootId = "";
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
        drivers = new DriverCore(options, modules, network, Faults, Announce, Later);
        files = new KernelFiles(new KernelTree(options, drivers, modules, network, () => bootId), drivers, modules);
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

    /// <summary>Text of a file; null when there is none. Waits for the device's lock where the kernel does.</summary>
    public async Task<string?> ReadTextAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task wait;
            lock (gate)
            {
                wait = files.ReadLock(path);
                if (wait.IsCompleted)
                {
                    return files.Find(path, followLast: true) is KernelNode.File file ? file.Text : null;
                }
            }

            await wait.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Text of a link; null when there is none.</summary>
    public string? ReadLink(string path)
    {
        lock (gate)
        {
            return files.Find(path, followLast: false) is KernelNode.Link link ? link.Text : null;
        }
    }

    /// <summary>Names in a directory, sorted; empty when there is none.</summary>
    public IReadOnlyList<string> List(string path)
    {
        lock (gate)
        {
            return files.Find(path, followLast: true) is KernelNode.Directory directory ? [.. directory.Names.Order(StringComparer.Ordinal)] : [];
        }
    }

    /// <summary>Whether something is there.</summary>
    public bool Exists(string path)
    {
        lock (gate)
        {
            return files.Find(path, followLast: true) is not null;
        }
    }

    /// <summary>One write(2). Ends when the kernel would return; the token only ends the node's life, as a process in a write cannot be interrupted.</summary>
    /// <returns>An error number, 0 for success.</returns>
    public async Task<int> WriteAsync(string path, string text, CancellationToken cancellationToken)
    {
        if (Faults.TakeWrite(path) is { } fault)
        {
            if (fault.Block is { } block)
            {
                await block.Released.WaitAsync(cancellationToken);
            }

            if (fault.Delay > TimeSpan.Zero)
            {
                await Task.Delay(fault.Delay, time, cancellationToken);
            }

            if (fault.Error is { } error)
            {
                return error;
            }
        }

        while (true)
        {
            Task wait;
            CancellationToken thisBoot;
            bool again;
            lock (gate)
            {
                thisBoot = boot.Token;
                switch (files.Write(path, text))
                {
                    case WriteOutcome.Returned returned:
                        return returned.Error;
                    case WriteOutcome.ReturnsAfter after:
                        (wait, again) = (after.Completion, false);
                        break;
                    case WriteOutcome.WaitsFor waits:
                        (wait, again) = (waits.Lock, true);
                        break;
                    default:
                        throw new InvalidOperationException("A write has an outcome that nobody knows.");
                }
            }

            try
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(thisBoot, cancellationToken);
                await wait.WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (thisBoot.IsCancellationRequested)
            {
                return LinuxErrors.InputOutput;
            }

            if (!again)
            {
                return LinuxErrors.None;
            }
        }
    }

    /// <summary>open(2) and close(2) of a device node.</summary>
    /// <returns>An error number: EBUSY while somebody holds the group, which has a single opener.</returns>
    public int ProbeOpen(string path)
    {
        lock (gate)
        {
            return files.Find(path, followLast: true) switch
            {
                null => LinuxErrors.NoEntry,
                KernelNode.Directory => LinuxErrors.IsDirectory,
                KernelNode.Device { Group: { } group } when drivers.Group(group).Any(device => device.Hold is not null) => LinuxErrors.Busy,
                KernelNode.File { Writable: false } => LinuxErrors.AccessDenied,
                _ => LinuxErrors.None,
            };
        }
    }

    /// <summary>Brings a link up or takes it down.</summary>
    public int SetLinkUp(int index, bool value)
    {
        lock (gate)
        {
            return AfterLinkChange(index, Faults.TakeLinkError() ?? network.SetUp(index, value));
        }
    }

    /// <summary>Sets a link's MTU, 128 to 9216 bytes.</summary>
    public int SetLinkMtu(int index, int mtu)
    {
        lock (gate)
        {
            return AfterLinkChange(index, Faults.TakeLinkError() ?? network.SetMtu(index, mtu));
        }
    }

    /// <summary>Everything the kernel announces from the moment of the call. Ends when the node goes down.</summary>
    public IAsyncEnumerable<KernelEvent> WatchAsync(CancellationToken cancellationToken)
    {
        var channel = Channel.CreateUnbounded<KernelEvent>(new UnboundedChannelOptions { SingleReader = true });
        lock (gate)
        {
            if (up)
            {
                watchers.Add(channel);
            }
            else
            {
                channel.Writer.Complete();
            }
        }

        return ReadAsync(channel, cancellationToken);
    }

    /// <summary>
    /// Hot-plugs an interface at the next free slot: the device appears, its driver probes it after <see cref="SimulatedHostOptions.ProbeDelay"/>.
    /// </summary>
    /// <returns>The PCI address.</returns>
    public string Plug(string macAddress, IReadOnlyList<string> privateAddresses)
    {
        lock (gate)
        {
            var device = NewInterface(FreeAddress(), macAddress, privateAddresses);
            drivers.Add(device);
            Later(options.ProbeDelay, () => AttachIfPresent(device));
            return device.Address;
        }
    }

    /// <summary>Hot-unplugs an interface. A device that is held open goes only when it is let go; the task ends when it is gone.</summary>
    public Task UnplugAsync(string macAddress, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return drivers.FindByMac(macAddress) is { } device ? drivers.Remove(device).WaitAsync(cancellationToken) : Task.CompletedTask;
        }
    }

    /// <summary>The device is gone from one moment to the next, whoever held it: what a forced detach comes to.</summary>
    public void Vanish(string macAddress)
    {
        lock (gate)
        {
            if (drivers.FindByMac(macAddress) is { } device)
            {
                var removed = drivers.Remove(device);
                if (!removed.IsCompleted && device.Hold is { } hold)
                {
                    drivers.LetGo(hold);
                }
            }
        }
    }

    /// <summary>Opens a device bound to vfio-pci, as a DPDK application does; disposing the result closes it.</summary>
    /// <param name="pciAddress">The device.</param>
    /// <param name="letsGoWhenAsked">The application closes the device as soon as the kernel asks for it.</param>
    /// <exception cref="IOException">The device is not bound to vfio-pci (ENOENT) or its group is held by another program (EBUSY).</exception>
    public IDisposable HoldOpen(string pciAddress, bool letsGoWhenAsked = false)
    {
        lock (gate)
        {
            if (drivers.Find(pciAddress) is not { DriverLink: PciDrivers.Vfio, IommuGroup: { } group } device)
            {
                throw new IOException($"{pciAddress} is not bound to vfio-pci.", LinuxErrors.NoEntry);
            }

            if (drivers.Group(group).Any(member => member.Hold is not null))
            {
                throw new IOException($"The vfio group of {pciAddress} is held by another program.", LinuxErrors.Busy);
            }

            return device.Hold = new DeviceHold(this, pciAddress, letsGoWhenAsked);
        }
    }

    /// <summary>Loads a kernel module and lets its driver probe devices that wait for it, as modprobe does.</summary>
    public void LoadModule(string module)
    {
        lock (gate)
        {
            modules.Load(module);
            foreach (var device in drivers.Devices.Values.Where(device => device.Release is null).ToArray())
            {
                drivers.Attach(device);
            }
        }
    }

    /// <summary>Moves a device's interface into a pod's network namespace: the host sees the driver and no interface [sriov 4.1].</summary>
    public void MoveToPodNamespace(string pciAddress)
    {
        lock (gate)
        {
            if (drivers.Find(pciAddress) is { LinkIndex: { } index } device)
            {
                var name = network.Link(index)!.Name;
                network.Remove(index);
                device.LinkIndex = null;
                device.InPodNamespace = true;
                Announce(new KernelEvent("remove", "net", name));
            }
        }
    }

    /// <summary>Stacks a link such as a VLAN or macvlan on another.</summary>
    /// <returns>Its index.</returns>
    public int AddStackedLink(string name, int lowerIndex)
    {
        lock (gate)
        {
            var lower = network.Link(lowerIndex) ?? throw new ArgumentException($"There is no link {lowerIndex}.", nameof(lowerIndex));
            var link = network.Add(name, lower.MacAddress, lower.Mtu, up: true, lowerIndex);
            Announce(new KernelEvent("add", "net", name));
            return link.Index;
        }
    }

    /// <summary>Makes a link part of a bond or bridge.</summary>
    public void SetMaster(int index, int? masterIndex)
    {
        lock (gate)
        {
            if (network.Link(index) is { } link)
            {
                network.Change(link with { MasterIndex = masterIndex });
                Announce(new KernelEvent("change", "net", link.Name));
            }
        }
    }

    /// <summary>Adds an address.</summary>
    public void AddAddress(SimulatedAddress address)
    {
        lock (gate)
        {
            network.Add(address);
        }
    }

    /// <summary>Adds a route.</summary>
    public void AddRoute(SimulatedRoute route)
    {
        lock (gate)
        {
            network.Add(route);
        }
    }

    /// <summary>Adds a policy rule.</summary>
    public void AddRule(SimulatedRule rule)
    {
        lock (gate)
        {
            network.Add(rule);
        }
    }

    /// <summary>
    /// Reboots: a new boot id, no binding, override or parameter survives, every device meets its kernel driver again, and whoever held one is gone.
    /// Ends when the node answers again.
    /// </summary>
    public async Task RebootAsync(CancellationToken cancellationToken)
    {
        List<(string Address, string MacAddress, IReadOnlyList<string> PrivateAddresses)> plugged;
        lock (gate)
        {
            plugged =
            [
                .. drivers
                    .Devices.Values.Where(device => device is { MacAddress: not null, IsPrimary: false, Release: not { ThenRemove: true } })
                    .Select(device => (device.Address, device.MacAddress!, device.PrivateAddresses)),
            ];
            GoDown();
        }

        if (options.RebootDuration > TimeSpan.Zero)
        {
            await Task.Delay(options.RebootDuration, time, cancellationToken);
        }

        lock (gate)
        {
            if (disposed)
            {
                return;
            }

            Boot(options.ReassignsAddressesAtReboot ? Reassigned(plugged) : plugged);
        }

        ProcessesLost?.Invoke(this, EventArgs.Empty);
    }

    /// <summary>The instance is terminated.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (disposed)
            {
                return;
            }

            disposed = true;
            GoDown();
        }

        ProcessesLost?.Invoke(this, EventArgs.Empty);
        boot.Dispose();
    }

    internal void LetGo(DeviceHold hold)
    {
        lock (gate)
        {
            drivers.LetGo(hold);
        }
    }

    private void GoDown()
    {
        up = false;
        boot.Cancel();
        foreach (var watcher in watchers)
        {
            watcher.Writer.TryComplete();
        }

        watchers.Clear();
    }

    private void Boot(IReadOnlyList<(string Address, string MacAddress, IReadOnlyList<string> PrivateAddresses)> plugged)
    {
        boot.Dispose();
        boot = new CancellationTokenSource();
        Span<byte> id = stackalloc byte[16];
        random.NextBytes(id);
        bootId = new Guid(id).ToString();
        modules.Start();
        network.Start();
        drivers.Start();
        drivers.Add(new PciDevice("0000:00:04.0", "1d0f", "8061", "010802"));
        drivers.Add(NewInterface(AddressOfSlot(FirstInterfaceSlot), primary.MacAddress, [primary.Address], isPrimary: true));
        foreach (var (address, macAddress, privateAddresses) in plugged)
        {
            drivers.Add(NewInterface(address, macAddress, privateAddresses));
        }

        foreach (var device in drivers.Devices.Values)
        {
            drivers.Attach(device, atBoot: true);
            BootConfiguration.Apply(device, primary, options, network);
        }

        up = true;
    }

    private List<(string, string, IReadOnlyList<string>)> Reassigned(
        List<(string Address, string MacAddress, IReadOnlyList<string> PrivateAddresses)> plugged
    )
    {
        // Rotating by at least one slot makes sure that every address changes when there are two or more.
        var rotation = plugged.Count < 2 ? 0 : random.Next(1, plugged.Count);
        return [.. plugged.Select((device, i) => (plugged[(i + rotation) % plugged.Count].Address, device.MacAddress, device.PrivateAddresses))];
    }

    private PciDevice NewInterface(string address, string macAddress, IReadOnlyList<string> privateAddresses, bool isPrimary = false) =>
        new(address, "1d0f", options.InterfaceDeviceId, "020000")
        {
            MacAddress = macAddress,
            PrivateAddresses = privateAddresses,
            IsPrimary = isPrimary,
        };

    private string FreeAddress() =>
        Enumerable
            .Range(FirstInterfaceSlot, Slots - FirstInterfaceSlot)
            .Select(AddressOfSlot)
            .FirstOrDefault(address => drivers.Find(address) is null)
        ?? throw new InvalidOperationException($"{Name} has no free PCI slot.");

    private static string AddressOfSlot(int slot) => $"0000:00:{slot:x2}.0";

    private void AttachIfPresent(PciDevice device)
    {
        if (ReferenceEquals(drivers.Find(device.Address), device))
        {
            drivers.Attach(device);
        }
    }

    private int AfterLinkChange(int index, int error)
    {
        if (error == LinuxErrors.None && network.Link(index) is { } link)
        {
            Announce(new KernelEvent("change", "net", link.Name));
        }

        return error;
    }

    private void Announce(KernelEvent announced)
    {
        foreach (var watcher in watchers)
        {
            watcher.Writer.TryWrite(announced);
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

    private async IAsyncEnumerable<KernelEvent> ReadAsync(Channel<KernelEvent> channel, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var announced in channel.Reader.ReadAllAsync(cancellationToken))
            {
                yield return announced;
            }
        }
        finally
        {
            lock (gate)
            {
                watchers.Remove(channel);
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
