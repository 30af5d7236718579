namespace MultiEni.Simulator.Nodes;

/// <content>Boot, reboot and termination.</content>
public sealed partial class SimulatedHost
{
    /// <summary>
    /// Reboots: a new boot id, no binding, override or parameter survives, every device meets its
    /// kernel driver again, and whoever held one is gone. Ends when the node answers again.
    /// </summary>
    public async Task RebootAsync(CancellationToken cancellationToken)
    {
        List<(string Address, string MacAddress, IReadOnlyList<string> PrivateAddresses)> plugged;
        lock (_gate)
        {
            plugged =
            [
                .. _drivers
                    .Devices.Values.Where(device => device is { MacAddress: not null, IsPrimary: false, Release: not { ThenRemove: true } })
                    .Select(device => (device.Address, device.MacAddress!, device.PrivateAddresses)),
            ];
            GoDown();
        }

        if (_options.RebootDuration > TimeSpan.Zero)
        {
            await Task.Delay(_options.RebootDuration, _time, cancellationToken);
        }

        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            Boot(_options.ReassignsAddressesAtReboot ? Reassigned(plugged) : plugged);
        }

        ProcessesLost?.Invoke(this, EventArgs.Empty);
    }

    /// <summary>The instance is terminated.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            GoDown();
        }

        ProcessesLost?.Invoke(this, EventArgs.Empty);
        _boot.Dispose();
    }

    private void GoDown()
    {
        _up = false;
        _boot.Cancel();
        _announcements.End();
    }

    private void Boot(IReadOnlyList<(string Address, string MacAddress, IReadOnlyList<string> PrivateAddresses)> plugged)
    {
        _boot.Dispose();
        _boot = new CancellationTokenSource();
        Span<byte> id = stackalloc byte[16];
        _random.NextBytes(id);
        _bootId = new Guid(id).ToString();
        _modules.Start();
        _network.Start();
        _drivers.Start();
        _drivers.Add(new PciDevice("0000:00:04.0", "1d0f", "8061", "010802"));
        _drivers.Add(NewInterface(AddressOfSlot(FirstInterfaceSlot), _primary.MacAddress, [_primary.Address], isPrimary: true));
        foreach (var (address, macAddress, privateAddresses) in plugged)
        {
            _drivers.Add(NewInterface(address, macAddress, privateAddresses));
        }

        foreach (var device in _drivers.Devices.Values)
        {
            _drivers.Attach(device, atBoot: true);
            BootConfiguration.Apply(device, _primary, _options, _network);
        }

        _up = true;
    }

    private List<(string, string, IReadOnlyList<string>)> Reassigned(
        List<(string Address, string MacAddress, IReadOnlyList<string> PrivateAddresses)> plugged
    )
    {
        // Rotating by at least one slot makes sure that every address changes when there are two or
        // more.
        var rotation = plugged.Count < 2 ? 0 : _random.Next(1, plugged.Count);
        return [.. plugged.Select((device, i) => (plugged[(i + rotation) % plugged.Count].Address, device.MacAddress, device.PrivateAddresses))];
    }
}
