using System.Text.Json.Serialization;

namespace MultiEni.Api.NodeEnis;

/// <summary>
/// Elastic IPs of the account, of which each ENI is associated with one. They are neither allocated
/// nor released.
/// </summary>
public sealed record ElasticIpsSpec
{
    /// <summary>The Elastic IPs by allocation ID; excludes <see cref="Selector"/>.</summary>
    [JsonPropertyName("allocationIDs")]
    public List<string>? AllocationIds { get; set; }

    /// <summary>
    /// Elastic IPs that have all of these tags; <c>*</c> matches any value. Excludes
    /// <see cref="AllocationIds"/>.
    /// </summary>
    public Dictionary<string, string>? Selector { get; set; }
}
