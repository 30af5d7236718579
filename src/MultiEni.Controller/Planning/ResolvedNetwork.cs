namespace MultiEni.Controller.Planning;

/// <summary>Where a NodeENI's ENIs go: its subnets, in the order of their sources and without duplicates, and its security groups by VPC.</summary>
/// <param name="Subnets">The subnets.</param>
/// <param name="SecurityGroupIdsByVpc">Sorted group IDs; every VPC of <paramref name="Subnets"/> has at least one.</param>
public sealed record ResolvedNetwork(IReadOnlyList<ResolvedSubnet> Subnets, IReadOnlyDictionary<string, IReadOnlyList<string>> SecurityGroupIdsByVpc);
