using MultiEni.Manager.Devices;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Binding;

/// <summary>How a device is moved from one driver to another: by the kernel's files, or by a script of the administrator's.</summary>
internal interface IDriverMethod
{
    /// <summary>Why this method cannot be used at all, such as a script that is missing; null when it can.</summary>
    Blocker? Unusable();

    /// <summary>
    /// Moves the device. What is returned is a hint for people: whether it worked is read from the driver link afterwards.
    /// </summary>
    /// <param name="device">The device as it was just read.</param>
    /// <param name="driver">The driver that it is to get.</param>
    /// <param name="unbound">Called once the old driver has let go, before the new one is asked.</param>
    /// <param name="cancellationToken">Ends the wait; the journal tells a successor how far it came.</param>
    /// <exception cref="StuckCallException">The kernel does not return.</exception>
    Task<Blocker?> BindAsync(PciDevice device, string driver, Action unbound, CancellationToken cancellationToken);

    /// <summary>Moves the device back to its kernel driver, or leaves that to the kernel's choice when <paramref name="driver"/> is empty.</summary>
    /// <exception cref="StuckCallException">The kernel does not return.</exception>
    Task<Blocker?> GiveBackAsync(PciDevice device, string driver, CancellationToken cancellationToken);
}
