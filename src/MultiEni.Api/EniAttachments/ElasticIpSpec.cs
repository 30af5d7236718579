using System.Text.Json.Serialization;

namespace MultiEni.Api.EniAttachments;

/// <summary>The Elastic IP of one ENI.</summary>
public sealed record ElasticIpSpec
{
    /// <summary>The one to associate; null for none.</summary>
    [JsonPropertyName("allocationID")]
    public string? AllocationId { get; set; }

    /// <summary>
    /// Those that it had by former specifications and may still have: they are disassociated, and no
    /// other ever is.
    /// </summary>
    [JsonPropertyName("formerAllocationIDs")]
    public List<string>? FormerAllocationIds { get; set; }

    /// <inheritdoc />
    public bool Equals(ElasticIpSpec? other) =>
        other is not null
        && AllocationId == other.AllocationId
        && (FormerAllocationIds ?? []).SequenceEqual(other.FormerAllocationIds ?? [], StringComparer.Ordinal);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(AllocationId, FormerAllocationIds?.Count ?? 0);
}
