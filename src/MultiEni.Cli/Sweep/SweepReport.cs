using System.Text.Json.Serialization;
using MultiEni.Controller.Ec2;

namespace MultiEni.Cli.Sweep;

/// <summary>Machine-readable result of a sweep.</summary>
/// <param name="Cluster">Cluster name in the ENIs' tags.</param>
/// <param name="Region">Region that was swept.</param>
/// <param name="Leaked">Leaked ENIs.</param>
/// <param name="StillAttached">Leaked ENIs that are still attached to an instance.</param>
/// <param name="Adopted">
/// ENIs of launch templates that have the cluster's tags and no ENIAttachment; never deleted.
/// </param>
/// <param name="Deleted">ENIs that were deleted.</param>
internal sealed record SweepReport(
    string Cluster,
    string Region,
    IReadOnlyList<SweptEni> Leaked,
    IReadOnlyList<SweptEni> StillAttached,
    IReadOnlyList<SweptEni> Adopted,
    IReadOnlyList<string> Deleted
);

/// <summary>One ENI of a sweep.</summary>
/// <param name="EniId">The ENI.</param>
/// <param name="SubnetId">Its subnet.</param>
/// <param name="NodeEni">The NodeENI that it was created for.</param>
/// <param name="Node">The node that it was created for.</param>
/// <param name="InstanceId">The instance it is attached to, or null.</param>
internal sealed record SweptEni(string EniId, string SubnetId, string? NodeEni, string? Node, string? InstanceId)
{
    /// <summary>Converts a row of EC2's answer.</summary>
    public static SweptEni Of(EniRow row) =>
        new(row.EniId, row.SubnetId, row.Tags.GetValueOrDefault("NodeENI"), row.Tags.GetValueOrDefault("Node"), row.Attachment?.InstanceId);
}

/// <summary>Machine-readable form of the report.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true
)]
[JsonSerializable(typeof(SweepReport))]
internal sealed partial class SweepJson : JsonSerializerContext;
