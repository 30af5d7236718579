namespace MultiEni.Simulator.Nodes;

/// <content>Hands on the hardware: plugging, unplugging, and programs that hold a device open.</content>
public sealed partial class SimulatedHost
{
    private const int FirstInterfaceSlot = 5;
    private const int Slots = 32;

    /// <summary>
    /// Hot-plugs an interface at the next free slot: the device appears, its driver probes it after
    /// <see cref="SimulatedHostOptions.ProbeDelay"/>.
    /// </summary>
    /// <returns>The PCI address.</returns>
    public string Plug(string macAddress, IReadOnlyList<string> privateAddresses)
    {
        lock (_gate)
        {
            var device = NewInterface(FreeAddress(), macAddress, privateAddresses);
            _drivers.Add(device);
            Later(_options.ProbeDelay, () => AttachIfPresent(device));
            return device.Address;
        }
    }

    /// <summary>
    /// Hot-unplugs an interface. A device that is held open goes only when it is let go; the task
    /// ends when it is gone.
    /// </summary>
    public Task UnplugAsync(string macAddress, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _drivers.FindByMac(macAddress) is { } device ? _drivers.Remove(device).WaitAsync(cancellationToken) : Task.CompletedTask;
        }
    }

    /// <summary>
    /// The device is gone from one moment to the next, whoever held it: what a forced detach comes
    /// to.
    /// </summary>
    public void Vanish(string macAddress)
    {
        lock (_gate)
        {
            if (_drivers.FindByMac(macAddress) is { } device)
            {
                var removed = _drivers.Remove(device);
                if (!removed.IsCompleted && device.Hold is { } hold)
                {
                    _drivers.LetGo(hold);
                }
            }
        }
    }

    /// <summary>
    /// Opens a device bound to a user-space driver, as a DPDK application does; disposing the
    /// result closes it.
    /// </summary>
    /// <param name="pciAddress">The device.</param>
    /// <param name="letsGoWhenAsked">
    /// The application closes the device as soon as the kernel asks for it.
    /// </param>
    /// <exception cref="IOException">
    /// The device has no device node (ENOENT) or its group is held by another program (EBUSY).
    /// </exception>
    public IDisposable HoldOpen(string pciAddress, bool letsGoWhenAsked = false)
    {
        lock (_gate)
        {
            var device = _drivers.Find(pciAddress);
            if (device is not ({ DriverLink: PciDrivers.Vfio, IommuGroup: not null } or { UioNumber: not null }))
            {
                throw new IOException($"{pciAddress} is not bound to a user-space driver.", LinuxErrors.NoEntry);
            }

            if (device.UioNumber is null && _drivers.Group(device.IommuGroup!.Value).Any(member => member.Hold is not null))
            {
                throw new IOException($"The vfio group of {pciAddress} is held by another program.", LinuxErrors.Busy);
            }

            return device.Hold = new DeviceHold(this, pciAddress, ++_lastProcess, letsGoWhenAsked);
        }
    }

    /// <summary>Lets the driver of an interface count something.</summary>
    /// <param name="macAddress">The interface.</param>
    /// <param name="counter">One of <see cref="SimulatedCounters.Names"/>.</param>
    /// <param name="amount">By how much it grows.</param>
    /// <exception cref="ArgumentException">There is no such interface, or no such counter.</exception>
    public void Count(string macAddress, string counter, ulong amount)
    {
        lock (_gate)
        {
            if (!SimulatedCounters.Names.Contains(counter, StringComparer.Ordinal))
            {
                throw new ArgumentException($"The driver does not count '{counter}'.", nameof(counter));
            }

            var device = _drivers.FindByMac(macAddress) ?? throw new ArgumentException($"There is no interface {macAddress}.", nameof(macAddress));
            device.Counters[counter] = device.Counters.GetValueOrDefault(counter) + amount;
        }
    }

    private PciDevice NewInterface(string address, string macAddress, IReadOnlyList<string> privateAddresses, bool isPrimary = false) =>
        new(address, "1d0f", _options.InterfaceDeviceId, "020000")
        {
            MacAddress = macAddress,
            PrivateAddresses = privateAddresses,
            IsPrimary = isPrimary,
        };

    private string FreeAddress() =>
        Enumerable
            .Range(FirstInterfaceSlot, Slots - FirstInterfaceSlot)
            .Select(AddressOfSlot)
            .FirstOrDefault(address => _drivers.Find(address) is null)
        ?? throw new InvalidOperationException($"{Name} has no free PCI slot.");

    private static string AddressOfSlot(int slot) => $"0000:00:{slot:x2}.0";

    private void AttachIfPresent(PciDevice device)
    {
        if (ReferenceEquals(_drivers.Find(device.Address), device))
        {
            _drivers.Attach(device);
        }
    }
}
