using System.Text.Json.Serialization;
using MultiEni.Manager.Claims.Slices;
using MultiEni.Manager.Publishing;

namespace MultiEni.Manager.Claims;

/// <summary>
/// What was offered to claims, on disk, so that after a restart of this program the slice need not
/// be emptied until everything has been looked at anew: a device that a claim has would vanish from
/// it.
/// </summary>
/// <remarks>A wire type: setters, see <c>ObjectMeta</c>.</remarks>
internal sealed record OfferRecord
{
    /// <summary>The boot in which the offers hold.</summary>
    public string BootId { get; set; } = "";

    /// <summary>The devices.</summary>
    public List<OfferRecordDevice> Devices { get; set; } = [];
}

/// <summary>A device as it was offered.</summary>
/// <remarks>A wire type: setters, see <c>ObjectMeta</c>.</remarks>
internal sealed record OfferRecordDevice
{
    /// <summary>What was offered.</summary>
    public PublisherRecordDevice Offer { get; set; } = new();

    /// <summary>What Kubernetes said of its ENI.</summary>
    public EniFacts Eni { get; set; } = new();

    /// <summary>What the kernel said of it.</summary>
    public HostFacts Host { get; set; } = new();

    /// <summary>Whether it is being taken back.</summary>
    public bool IsWithdrawn { get; set; }

    /// <summary>
    /// Why it is gone, so that nothing that is in its place after a restart is taken for it; null
    /// when it is there.
    /// </summary>
    public string? Gone { get; set; }

    /// <summary>The stored form of a device.</summary>
    public static OfferRecordDevice Of(ClaimableDevice device, bool isWithdrawn, string? gone) =>
        new()
        {
            Offer = PublisherRecordDevice.Of(device.Offer),
            Eni = device.Eni,
            Host = device.Host,
            IsWithdrawn = isWithdrawn,
            Gone = gone,
        };

    /// <summary>The device.</summary>
    /// <exception cref="FormatException">The record was tampered with.</exception>
    public ClaimableDevice ToDevice() => new(Offer.ToDevice(), Eni, Host);
}

/// <summary>How the record is written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(OfferRecord))]
internal sealed partial class OfferRecordJson : JsonSerializerContext;
