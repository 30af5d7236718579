using MultiEni.Controller.Ec2;

namespace MultiEni.Cli.Sweep;

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
