using System.Text.Json.Serialization;
using MultiEni.Controller.Ec2;

namespace MultiEni.Cli.Sweep;

/// <summary>What a sweep found and did, for programs.</summary>
/// <param name="Cluster">Name by which the cluster's ENIs are told.</param>
/// <param name="Region">Region that was looked at.</param>
/// <param name="Leaked">ENIs that nobody wants.</param>
/// <param name="StillAttached">ENIs that nobody wants and an instance still has.</param>
/// <param name="Deleted">Those that were deleted.</param>
internal sealed record SweepReport(
    string Cluster,
    string Region,
    IReadOnlyList<SweptEni> Leaked,
    IReadOnlyList<SweptEni> StillAttached,
    IReadOnlyList<string> Deleted
);

/// <summary>One ENI of a sweep.</summary>
/// <param name="EniId">The ENI.</param>
/// <param name="SubnetId">Its subnet.</param>
/// <param name="NodeEni">The NodeENI that it was made for.</param>
/// <param name="Node">The node that it was made for.</param>
/// <param name="InstanceId">The instance that has it, or null.</param>
internal sealed record SweptEni(string EniId, string SubnetId, string? NodeEni, string? Node, string? InstanceId)
{
    /// <summary>Reads EC2's row.</summary>
    public static SweptEni Of(EniRow row) =>
        new(row.EniId, row.SubnetId, row.Tags.GetValueOrDefault("NodeENI"), row.Tags.GetValueOrDefault("Node"), row.Attachment?.InstanceId);
}

/// <summary>How the report is written for programs.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true
)]
[JsonSerializable(typeof(SweepReport))]
internal sealed partial class SweepJson : JsonSerializerContext;
