namespace MultiEni.Simulator.Ec2;

/// <summary>An Elastic IP of the account (docs/reference/ec2.md#elastic-ips).</summary>
/// <param name="AllocationId"><c>eipalloc-…</c>.</param>
/// <param name="PublicIp">Its address.</param>
/// <param name="Tags">Tags.</param>
public sealed record ElasticIp(string AllocationId, string PublicIp, IReadOnlyDictionary<string, string> Tags)
{
    /// <summary><c>eipassoc-…</c>; null while it is associated with nothing.</summary>
    public string? AssociationId { get; init; }

    /// <summary>The network interface that has it.</summary>
    public string? NetworkInterfaceId { get; init; }
}
