namespace MultiEni.Simulator.Ec2;

/// <summary>A virtual private cloud. Its default security group is made with it.</summary>
public sealed record Vpc(string Id, string Cidr, string DefaultSecurityGroupId);
