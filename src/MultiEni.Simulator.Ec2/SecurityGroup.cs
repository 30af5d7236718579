namespace MultiEni.Simulator.Ec2;

/// <summary>A security group; the name is unique within its VPC only.</summary>
public sealed record SecurityGroup(string Id, string Name, string VpcId, string Description, IReadOnlyDictionary<string, string> Tags);
