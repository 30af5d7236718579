using MultiEni.Manager.Devices;

namespace MultiEni.Manager.Publishing;

/// <summary>An offered device as stored.</summary>
internal sealed record PublisherRecordDevice
{
    /// <summary><c>prefix/name</c>.</summary>
    public string Resource { get; set; } = "";

    /// <summary>PCI address.</summary>
    public string Address { get; set; } = "";

    /// <summary><c>vendor:device</c>.</summary>
    public string Ids { get; set; } = "";

    /// <summary>The driver that held it.</summary>
    public string Driver { get; set; } = "";

    /// <summary>The stored form of a device.</summary>
    public static PublisherRecordDevice Of(OfferedDevice device)
    {
        return new()
        {
            Resource = device.Resource.ToString(),
            Address = device.Address.ToString(),
            Ids = device.Ids.ToString(),
            Driver = device.Driver,
        };
    }

    /// <summary>The device.</summary>
    /// <exception cref="FormatException">The record was tampered with.</exception>
    public OfferedDevice ToDevice() => new(ResourceName.Parse(Resource), PciAddress.Parse(Address), PciIds.Parse(Ids), Driver);
}
