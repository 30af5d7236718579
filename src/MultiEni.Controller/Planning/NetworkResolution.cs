namespace MultiEni.Controller.Planning;

/// <summary>What became of a NodeENI's sources of subnets and security groups.</summary>
/// <param name="Network">The result; null unless every source led to something.</param>
/// <param name="Subnets">The condition <c>SubnetsResolved</c>.</param>
/// <param name="SecurityGroups">The condition <c>SecurityGroupsResolved</c>.</param>
internal sealed record NetworkResolution(ResolvedNetwork? Network, ConditionClaim Subnets, ConditionClaim SecurityGroups);
