namespace MultiEni.Controller.Ec2;

/// <summary>One security group as EC2 describes it.</summary>
/// <param name="Id">`sg-…`.</param>
/// <param name="Name">Unique within the VPC.</param>
/// <param name="VpcId">`vpc-…`.</param>
/// <param name="Tags">All tags.</param>
internal sealed record SecurityGroupRow(string Id, string Name, string VpcId, IReadOnlyDictionary<string, string> Tags);
