namespace MultiEni.Simulator.Nodes;

/// <summary>
/// Devices meeting drivers, by the rules of the kernel's driver core, vfio-pci and the ena driver
/// (docs/reference/driver-binding.md#driver-files,
/// docs/reference/driver-binding.md#errors-of-a-write). Guarded by its host's lock.
/// </summary>
/// <param name="options">The machine.</param>
/// <param name="modules">Which drivers there are.</param>
/// <param name="network">Where interfaces of bound devices appear.</param>
/// <param name="faults">Scripted misbehaviour.</param>
/// <param name="announce">Sends an event.</param>
/// <param name="later">
/// Runs something under the host's lock after a delay, unless the node reboots before.
/// </param>
internal sealed class DriverCore(
    SimulatedHostOptions options,
    KernelModules modules,
    NetworkStack network,
    NodeFaults faults,
    Action<KernelEvent> announce,
    Action<TimeSpan, Action> later
)
{
    private readonly SortedDictionary<string, PciDevice> _devices = new(StringComparer.Ordinal);

    internal IReadOnlyDictionary<string, PciDevice> Devices => _devices;

    /// <summary>A vfio-noiommu group was made since the boot (TAINT_USER).</summary>
    internal bool Tainted { get; private set; }

    internal void Start()
    {
        _devices.Clear();
        Tainted = false;
    }

    internal PciDevice? Find(string address) => _devices.GetValueOrDefault(address);

    internal PciDevice? FindByMac(string macAddress) => _devices.Values.FirstOrDefault(device => device.MacAddress == macAddress);

    /// <summary>Devices of a group, vfio or IOMMU.</summary>
    internal IEnumerable<PciDevice> Group(int number) => _devices.Values.Where(device => device.IommuGroup == number);

    internal void Add(PciDevice device)
    {
        _devices.Add(device.Address, device);
        device.IommuGroup = options.Iommu switch
        {
            IommuKind.SharedGroup
                when device.MacAddress is not null
                    && _devices.Values.FirstOrDefault(other => other.MacAddress is not null && other.IommuGroup is not null) is { } other =>
                other.IommuGroup,
            IommuKind.None => null,
            _ => FreeGroup(),
        };
        announce(new KernelEvent("add", "pci", device.Address));
    }

    /// <summary>
    /// What the kernel does for a device without a driver: the first loaded driver that matches
    /// probes it, and its failure is nobody's error.
    /// </summary>
    internal void Attach(PciDevice device, bool atBoot = false)
    {
        if (
            device.Driver is null
            && PciDrivers.Names.FirstOrDefault(driver => modules.HasDriver(driver) && PciDrivers.Matches(driver, device)) is { } match
        )
        {
            Probe(device, match, atBoot ? TimeSpan.Zero : options.InterfaceDelay);
        }
    }

    internal WriteOutcome Bind(string driver, string address)
    {
        if (Find(address) is not { } device)
        {
            return WriteOutcome.Failure(LinuxErrors.NoDevice);
        }

        if (device.Release is { } release)
        {
            return new WriteOutcome.WaitsFor(release.Completion);
        }

        if (!PciDrivers.Matches(driver, device))
        {
            return WriteOutcome.Failure(LinuxErrors.NoDevice);
        }

        return WriteOutcome.Failure(device.Driver is null ? Probe(device, driver, options.InterfaceDelay) : LinuxErrors.Busy);
    }

    internal WriteOutcome Unbind(string driver, string address)
    {
        if (Find(address) is not { } device || device.Driver != driver)
        {
            return WriteOutcome.Failure(LinuxErrors.NoDevice);
        }

        if (device.Release is { } release)
        {
            return new WriteOutcome.WaitsFor(release.Completion);
        }

        ReleaseDriver(device);
        return device.Release is { } started ? new WriteOutcome.ReturnsAfter(started.Completion) : WriteOutcome.Success;
    }

    internal WriteOutcome ProbeAgain(string address)
    {
        if (Find(address) is not { } device)
        {
            return WriteOutcome.Failure(LinuxErrors.NoDevice);
        }

        if (device.Release is { } release)
        {
            return new WriteOutcome.WaitsFor(release.Completion);
        }

        Attach(device);
        return WriteOutcome.Success;
    }

    /// <summary>Unplugs a device: at once, or as soon as its holder lets go.</summary>
    internal Task Remove(PciDevice device)
    {
        if (device.Release is null)
        {
            ReleaseDriver(device);
        }

        if (device.Release is { } release)
        {
            release.ThenRemove = true;
            return release.Completion;
        }

        Forget(device);
        return Task.CompletedTask;
    }

    internal void LetGo(DeviceHold hold)
    {
        if (_devices.Values.FirstOrDefault(device => ReferenceEquals(device.Hold, hold)) is { } device)
        {
            device.Hold = null;
            if (device.Release is not null)
            {
                FinishRelease(device);
            }
        }
    }

    private int Probe(PciDevice device, string driver, TimeSpan interfaceDelay)
    {
        if (faults.TakeProbeFailure(driver) is { } error)
        {
            return error;
        }

        if (driver == PciDrivers.Vfio && device.IommuGroup is null)
        {
            if (!modules.NoIommuEnabled)
            {
                return LinuxErrors.Invalid;
            }

            device.IommuGroup = FreeGroup();
            device.HasFakeGroup = true;
            Tainted = true;
        }

        device.Driver = device.DriverLink = driver;
        device.Bindings++;
        if (PciDrivers.IsUio(driver))
        {
            device.UioNumber = Free(_devices.Values.Select(other => other.UioNumber));
        }

        announce(new KernelEvent("bind", "pci", device.Address));
        if (driver == PciDrivers.Ena && !faults.KeepsInterfaceAway(device.Address))
        {
            var binding = device.Bindings;
            later(
                interfaceDelay,
                () =>
                {
                    if (device.DriverLink == PciDrivers.Ena && device.Bindings == binding && device.LinkIndex is null)
                    {
                        AddInterface(device);
                    }
                }
            );
        }

        return LinuxErrors.None;
    }

    private void AddInterface(PciDevice device)
    {
        var link = network.Add(network.NameFor(device), device.MacAddress!, mtu: 1500, up: false, lowerIndex: null);
        device.LinkIndex = link.Index;
        device.Counters.Clear();
        announce(new KernelEvent("add", "net", link.Name));
    }

    private void ReleaseDriver(PciDevice device)
    {
        if (device.Driver is null)
        {
            return;
        }

        device.DriverLink = null;
        if (device.LinkIndex is { } index)
        {
            var name = network.Link(index)?.Name;
            network.Remove(index);
            device.LinkIndex = null;
            device.InPodNamespace = false;
            if (name is not null)
            {
                announce(new KernelEvent("remove", "net", name));
            }
        }

        if (device.Driver == PciDrivers.Vfio)
        {
            // The kernel announces that vfio's own child device is gone, before it waits for
            // whoever has the device open.
            announce(new KernelEvent("change", "pci", device.Address));
        }

        device.Release = new DriverRelease();
        // Whoever has a UIO device open loses it without being asked (drivers/uio/uio.c).
        if (device.Hold is { LetsGoWhenAsked: true } || device.UioNumber is not null)
        {
            device.Hold = null;
        }

        if (device.Hold is null)
        {
            FinishRelease(device);
        }
    }

    private void FinishRelease(PciDevice device)
    {
        var release = device.Release;
        device.Release = null;
        device.Driver = null;
        device.UioNumber = null;
        if (device.HasFakeGroup)
        {
            device.HasFakeGroup = false;
            device.IommuGroup = null;
        }

        announce(new KernelEvent("unbind", "pci", device.Address));
        if (release is { ThenRemove: true })
        {
            Forget(device);
        }

        release?.Complete();
    }

    private void Forget(PciDevice device)
    {
        if (_devices.Remove(device.Address))
        {
            announce(new KernelEvent("remove", "pci", device.Address));
        }
    }

    private int FreeGroup() => Free(_devices.Values.Select(device => device.IommuGroup));

    private static int Free(IEnumerable<int?> taken)
    {
        var numbers = taken.OfType<int>().ToHashSet();
        var number = 0;
        while (numbers.Contains(number))
        {
            number++;
        }

        return number;
    }
}
