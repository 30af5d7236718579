using System.Text.Json.Serialization;

namespace MultiEni.Api.EniAttachments;

/// <summary>
/// Who on the node uses which of an ENI's addresses, as the ENI manager's address book has it
/// (docs/addresses.md).
/// </summary>
public sealed record AddressUse : IEquatable<AddressUse>
{
    /// <summary>
    /// The greatest number of free addresses of a family that is reported and believed: more than
    /// the prefixes of one ENI are counted to have.
    /// </summary>
    public const int MostFree = 65_536;

    /// <summary>
    /// The greatest number of waiting interfaces that is reported and believed: no kubelet runs that
    /// many pods.
    /// </summary>
    public const int MostWaiting = 1024;

    /// <summary>IPv4 addresses that a pod can be given now or after their rest.</summary>
    public int Free { get; set; }

    /// <summary>IPv6 addresses that a pod can be given; absent when the ENI has none.</summary>
    [JsonPropertyName("freeIPv6")]
    public int? FreeIpv6 { get; set; }

    /// <summary>
    /// Addresses in <c>podAddresses.fixedCIDRs</c> that no pod has: only a pod that names one gets
    /// it, so that the other counts leave them out. Absent when there are no such ranges.
    /// </summary>
    public int? FreeFixed { get; set; }

    /// <summary>
    /// Interfaces of pods that found no free address and are tried again by their kubelet.
    /// </summary>
    public int? Waiting { get; set; }

    /// <summary>
    /// <see cref="AddressWithdrawal.Number"/> of the status that this was written from: no pod gets
    /// an address that was withdrawn with this number or an earlier one. Absent when there is none.
    /// </summary>
    public int? SeenWithdrawal { get; set; }

    /// <summary>The addresses that pods have, sorted.</summary>
    public List<UsedAddress>? Used { get; set; }

    /// <summary>Addresses that pods ask for by name and that the ENI does not have, sorted.</summary>
    public List<RequestedAddress>? Requested { get; set; }

    /// <inheritdoc />
    public bool Equals(AddressUse? other) =>
        other is not null
        && Free == other.Free
        && FreeIpv6 == other.FreeIpv6
        && FreeFixed == other.FreeFixed
        && Waiting == other.Waiting
        && SeenWithdrawal == other.SeenWithdrawal
        && (Used ?? []).SequenceEqual(other.Used ?? [])
        && (Requested ?? []).SequenceEqual(other.Requested ?? []);

    /// <inheritdoc />
    public override int GetHashCode() =>
        HashCode.Combine(Free, FreeIpv6, FreeFixed, Waiting, SeenWithdrawal, Used?.Count ?? 0, Requested?.Count ?? 0);
}

/// <summary>An address that an interface of a pod has.</summary>
public sealed record UsedAddress
{
    /// <summary>The address, without prefix length, as EC2 writes it.</summary>
    public string Address { get; set; } = "";

    /// <summary>The pod, as <c>namespace/name</c>.</summary>
    public string Pod { get; set; } = "";

    /// <summary>Name of the interface in the pod.</summary>
    public string? Interface { get; set; }
}

/// <summary>An address that a pod asks for by name.</summary>
public sealed record RequestedAddress
{
    /// <summary>The address, without prefix length, as EC2 writes it.</summary>
    public string Address { get; set; } = "";

    /// <summary>The pod, as <c>namespace/name</c>.</summary>
    public string Pod { get; set; } = "";
}

/// <summary>
/// Why the controller does not assign an address that a pod asks for. Written by the controller
/// into <see cref="NetworkStatus.RefusedAddresses"/>; the pod's CNI call fails with the message.
/// </summary>
public sealed record RefusedAddress
{
    /// <summary>The address, without prefix length.</summary>
    public string Address { get; set; } = "";

    /// <summary>One of <see cref="Reasons"/>.</summary>
    public string Reason { get; set; } = "";

    /// <summary>What is the case, and the remedy.</summary>
    public string Message { get; set; } = "";
}
