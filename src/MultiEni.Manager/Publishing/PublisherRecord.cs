using System.Text.Json.Serialization;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Publishing;

/// <summary>
/// What this program remembers beside the device plugin's file: which entries are its own, and
/// whether the plugin has read them.
/// </summary>
internal sealed record PublisherRecord
{
    /// <summary>The boot in which the offers hold.</summary>
    public string BootId { get; set; } = "";

    /// <summary>Resources whose entries in the file are ours.</summary>
    public List<string> Owned { get; set; } = [];

    /// <summary>Devices on offer.</summary>
    public List<PublisherRecordDevice> Offered { get; set; } = [];

    /// <summary>Devices taken back, until the node's allocatable has followed.</summary>
    public List<PublisherRecordDevice> Withdrawn { get; set; } = [];

    /// <summary>
    /// When the file's meaning last changed without the plugin having been restarted since; null
    /// when it has.
    /// </summary>
    public DateTimeOffset? RestartDueSince { get; set; }
}

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

    /// <summary>What programs are told of the ENI behind it.</summary>
    public Dictionary<string, string> Network { get; set; } = [];

    /// <summary>The stored form of a device.</summary>
    public static PublisherRecordDevice Of(OfferedDevice device) =>
        new()
        {
            Resource = device.Resource.ToString(),
            Address = device.Address.ToString(),
            Ids = device.Ids.ToString(),
            Driver = device.Driver,
            Network = new Dictionary<string, string>(device.Network, StringComparer.Ordinal),
        };

    /// <summary>The device.</summary>
    /// <exception cref="FormatException">The record was tampered with.</exception>
    public OfferedDevice ToDevice() => new(ResourceName.Parse(Resource), PciAddress.Parse(Address), PciIds.Parse(Ids), Driver) { Network = Network };
}

/// <summary>How the record is written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(PublisherRecord))]
internal sealed partial class PublisherJson : JsonSerializerContext;
