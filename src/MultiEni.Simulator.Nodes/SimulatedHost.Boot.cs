namespace MultiEni.Simulator.Nodes;

/// <content>Boot, reboot and termination.</content>
public sealed partial class SimulatedHost
{
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

    private void GoDown()
    {
        up = false;
        boot.Cancel();
        announcements.End();
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
}
