namespace MultiEni.Controller.Planning;

/// <summary>Where a NodeENI's ENIs go: its subnets, in the order of their sources and without duplicates, and its security groups by VPC.</summary>
/// <param name="Subnets">The subnets.</param>
/// <param name="SecurityGroupIdsByVpc">Sorted group IDs; every VPC of <paramref name="Subnets"/> has at least one.</param>
internal sealed record ResolvedNetwork(
    IReadOnlyList<ResolvedSubnet> Subnets,
    IReadOnlyDictionary<string, IReadOnlyList<string>> SecurityGroupIdsByVpc
)
{
    /// <summary>
    /// Names of the attachments that had their ENI before the subnets were described: its addresses are among those that EC2 no longer counts
    /// as free. Those of all others still have to be taken off.
    /// </summary>
    public IReadOnlySet<string> Counted { get; init; } = new HashSet<string>();
}
