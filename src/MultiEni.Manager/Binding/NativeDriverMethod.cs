using MultiEni.Api;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Binding;

/// <summary>
/// The write sequences of docs/reference/driver-binding.md#bind and
/// docs/reference/driver-binding.md#give-back on the kernel's own files.
/// </summary>
internal sealed class NativeDriverMethod(IHostFiles files, LockedFiles locked, TimeProvider time) : IDriverMethod
{
    private static readonly TimeSpan DeferredProbeDelay = TimeSpan.FromMilliseconds(200);
    private const int DeferredProbeAttempts = 3;

    /// <inheritdoc />
    public Blocker? Unusable() => null;

    /// <inheritdoc />
    public async Task<Blocker?> BindAsync(PciDevice device, string driver, Action unbound, CancellationToken cancellationToken)
    {
        if (await UnbindAsync(device, cancellationToken) is { } why)
        {
            return why;
        }

        unbound();
        return await OverrideAsync(device.Address, driver, cancellationToken) ?? await ProbeAsync(device.Address, driver, cancellationToken);
    }

    /// <inheritdoc />
    public async Task<Blocker?> GiveBackAsync(PciDevice device, string driver, CancellationToken cancellationToken)
    {
        var address = device.Address;
        if (await UnbindAsync(device, cancellationToken) is { } why)
        {
            return why;
        }

        // A newline clears it; a write of nothing would not
        // (docs/reference/driver-binding.md#driver-files).
        var overridePath = SysfsPaths.Device(address, "driver_override");
        var error = await locked.WriteAsync(address, overridePath, "\n", cancellationToken);
        if (error != Errno.None)
        {
            return SysfsFailure.Explain(overridePath, error, driver);
        }

        if (driver.Length > 0)
        {
            error = await locked.WriteAsync(address, SysfsPaths.Driver(driver, "bind"), address.ToString(), cancellationToken);
            if (await DriverAsync(address, cancellationToken) == driver)
            {
                return null;
            }
        }

        var probe = await locked.WriteAsync(address, SysfsPaths.DriversProbe, address.ToString(), cancellationToken);
        return (error, probe) switch
        {
            (Errno.None, Errno.None) => null,
            (Errno.None, _) => SysfsFailure.Explain(SysfsPaths.DriversProbe, probe, driver),
            _ => SysfsFailure.Explain(SysfsPaths.Driver(driver, "bind"), error, driver),
        };
    }

    private async Task<Blocker?> UnbindAsync(PciDevice device, CancellationToken cancellationToken)
    {
        if (device.Driver is not { } holder)
        {
            return null;
        }

        var path = SysfsPaths.Driver(holder, "unbind");
        var error = await locked.WriteAsync(device.Address, path, device.Address.ToString(), cancellationToken);
        var left = await DriverAsync(device.Address, cancellationToken);
        return left switch
        {
            null => null,
            _ when error == Errno.None => new Blocker(Reasons.BindFailed, $"{device.Address} is still bound to {left} after it was unbound."),
            _ => SysfsFailure.Explain(path, error, holder),
        };
    }

    private async Task<Blocker?> OverrideAsync(PciAddress address, string driver, CancellationToken cancellationToken)
    {
        var path = SysfsPaths.Device(address, "driver_override");
        var error = await locked.WriteAsync(address, path, driver, cancellationToken);
        if (error != Errno.None)
        {
            return SysfsFailure.Explain(path, error, driver);
        }

        var stored = await locked.ReadOverrideAsync(address, cancellationToken);
        return stored == driver ? null : new Blocker(Reasons.BindFailed, $"{path} reads '{stored ?? "(null)"}' after '{driver}' was written.");
    }

    private async Task<Blocker?> ProbeAsync(PciAddress address, string driver, CancellationToken cancellationToken)
    {
        var path = SysfsPaths.Driver(driver, "bind");
        var error = Errno.None;
        for (var attempt = 0; attempt < DeferredProbeAttempts; attempt++)
        {
            error = await locked.WriteAsync(address, path, address.ToString(), cancellationToken);
            switch (error)
            {
                case Errno.None:
                    return null;
                case Errno.Busy when await DriverAsync(address, cancellationToken) == driver:
                    return null;
                case Errno.Again:
                    await Task.Delay(DeferredProbeDelay, time, cancellationToken);
                    break;
                case Errno.NoDevice when attempt == 0:
                    // Somebody took the override away between the two writes.
                    if (await OverrideAsync(address, driver, cancellationToken) is { } why)
                    {
                        return why;
                    }

                    break;
                default:
                    return SysfsFailure.Explain(path, error, driver);
            }
        }

        return SysfsFailure.Explain(path, error, driver);
    }

    private async Task<string?> DriverAsync(PciAddress address, CancellationToken cancellationToken) =>
        SysfsPaths.LastPart(await files.ReadLinkAsync(SysfsPaths.Device(address, "driver"), cancellationToken));
}
