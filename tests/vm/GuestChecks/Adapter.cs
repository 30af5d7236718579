using MultiEni.Manager.Host;

namespace MultiEni.GuestChecks;

/// <summary>A PCI network device by its address, and the few writes of a bind.</summary>
internal sealed class Adapter(IHostFiles files, string address)
{
    public string Address => address;

    public string Device => $"/sys/bus/pci/devices/{address}";

    /// <summary>The driver that holds it; null when none does or the device is gone.</summary>
    public async ValueTask<string?> DriverAsync(CancellationToken cancellationToken) =>
        Path.GetFileName(await files.ReadLinkAsync(Device + "/driver", cancellationToken));

    public ValueTask<Errno> UnbindAsync(string driver, CancellationToken cancellationToken) =>
        files.WriteAsync($"/sys/bus/pci/drivers/{driver}/unbind", address, cancellationToken);

    public ValueTask<Errno> OverrideAsync(string text, CancellationToken cancellationToken) =>
        files.WriteAsync(Device + "/driver_override", text, cancellationToken);

    public ValueTask<Errno> BindAsync(string driver, CancellationToken cancellationToken) =>
        files.WriteAsync($"/sys/bus/pci/drivers/{driver}/bind", address, cancellationToken);

    public ValueTask<Errno> ProbeAsync(CancellationToken cancellationToken) =>
        files.WriteAsync("/sys/bus/pci/drivers_probe", address, cancellationToken);

    /// <summary>The device node of its group; null while it is not bound to vfio-pci.</summary>
    public async ValueTask<string?> GroupNodeAsync(CancellationToken cancellationToken)
    {
        var group = Path.GetFileName(await files.ReadLinkAsync(Device + "/iommu_group", cancellationToken));
        if (group is null)
        {
            return null;
        }

        var name = await files.ReadTextAsync($"/sys/kernel/iommu_groups/{group}/name", cancellationToken);
        return name == "vfio-noiommu" ? $"/dev/vfio/noiommu-{group}" : $"/dev/vfio/{group}";
    }

    /// <summary>From the kernel's driver to vfio-pci.</summary>
    /// <returns>The first error of the three writes.</returns>
    public async ValueTask<Errno> TakeAsync(CancellationToken cancellationToken)
    {
        var driver = await DriverAsync(cancellationToken);
        var errno = driver is null ? Errno.None : await UnbindAsync(driver, cancellationToken);
        errno = errno == Errno.None ? await OverrideAsync("vfio-pci", cancellationToken) : errno;
        return errno == Errno.None ? await BindAsync("vfio-pci", cancellationToken) : errno;
    }

    /// <summary>From vfio-pci back to the kernel's choice.</summary>
    /// <returns>The first error of the three writes.</returns>
    public async ValueTask<Errno> GiveBackAsync(CancellationToken cancellationToken)
    {
        var errno = await UnbindAsync("vfio-pci", cancellationToken);
        errno = errno == Errno.None ? await OverrideAsync("\n", cancellationToken) : errno;
        return errno == Errno.None ? await ProbeAsync(cancellationToken) : errno;
    }
}
