using System.Text.Json.Serialization;

namespace MultiEni.Api.NodeEnis;

/// <summary>
/// The addresses that pods take from an ENI, beside those that it has from the start
/// (docs/addresses.md).
/// </summary>
public sealed record PodAddressesSpec : IEquatable<PodAddressesSpec>
{
    /// <summary>
    /// Free addresses kept on each ENI. The controller assigns more when pods take them, and takes
    /// back what is free beyond that only after some time.
    /// </summary>
    public int Warm { get; set; }

    /// <summary>
    /// Most addresses of one ENI, the primary one and those of prefixes included; null for the
    /// limit of the instance type.
    /// </summary>
    public int? Maximum { get; set; }

    /// <summary>Ranges from which a pod may ask for an address by name.</summary>
    [JsonPropertyName("fixedCIDRs")]
    public List<string>? FixedCidrs { get; set; }

    /// <summary>
    /// Whether a named address may be moved here from another ENI of the cluster on which no pod
    /// uses it.
    /// </summary>
    public bool AllowReassignment { get; set; }

    /// <inheritdoc />
    public bool Equals(PodAddressesSpec? other) =>
        other is not null
        && Warm == other.Warm
        && Maximum == other.Maximum
        && AllowReassignment == other.AllowReassignment
        && (FixedCidrs ?? []).SequenceEqual(other.FixedCidrs ?? [], StringComparer.Ordinal);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Warm, Maximum, AllowReassignment, FixedCidrs?.Count ?? 0);
}

/// <summary>Values of <see cref="NodeEniSpec.HostAddressing"/>.</summary>
public static class HostAddressings
{
    /// <summary>The host's link gets no address.</summary>
    public const string None = "None";

    /// <summary>
    /// The ENI manager configures the ENI's addresses, a route table and rules on the host's link.
    /// </summary>
    public const string Managed = "Managed";
}
