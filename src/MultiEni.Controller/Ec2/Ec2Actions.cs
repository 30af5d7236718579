namespace MultiEni.Controller.Ec2;

/// <summary>API names as budget, metrics and failures use them.</summary>
internal static class Ec2Actions
{
    /// <summary>Creates an ENI.</summary>
    public const string CreateNetworkInterface = nameof(CreateNetworkInterface);

    /// <summary>Attaches an ENI.</summary>
    public const string AttachNetworkInterface = nameof(AttachNetworkInterface);

    /// <summary>Detaches an ENI.</summary>
    public const string DetachNetworkInterface = nameof(DetachNetworkInterface);

    /// <summary>Deletes an ENI.</summary>
    public const string DeleteNetworkInterface = nameof(DeleteNetworkInterface);

    /// <summary>Changes one attribute of an ENI.</summary>
    public const string ModifyNetworkInterfaceAttribute = nameof(ModifyNetworkInterfaceAttribute);

    /// <summary>Adds secondary IPv4 addresses or prefixes.</summary>
    public const string AssignPrivateIpAddresses = nameof(AssignPrivateIpAddresses);

    /// <summary>Takes secondary IPv4 addresses or prefixes away.</summary>
    public const string UnassignPrivateIpAddresses = nameof(UnassignPrivateIpAddresses);

    /// <summary>Adds IPv6 addresses or prefixes.</summary>
    public const string AssignIpv6Addresses = nameof(AssignIpv6Addresses);

    /// <summary>Takes IPv6 addresses or prefixes away.</summary>
    public const string UnassignIpv6Addresses = nameof(UnassignIpv6Addresses);

    /// <summary>Associates an Elastic IP with an ENI.</summary>
    public const string AssociateAddress = nameof(AssociateAddress);

    /// <summary>Takes an Elastic IP from an ENI.</summary>
    public const string DisassociateAddress = nameof(DisassociateAddress);

    /// <summary>Reads Elastic IPs.</summary>
    public const string DescribeAddresses = nameof(DescribeAddresses);

    /// <summary>Adds or changes tags.</summary>
    public const string CreateTags = nameof(CreateTags);

    /// <summary>Takes tags away.</summary>
    public const string DeleteTags = nameof(DeleteTags);

    /// <summary>Changes how an instance reaches its metadata service.</summary>
    public const string ModifyInstanceMetadataOptions = nameof(ModifyInstanceMetadataOptions);

    /// <summary>Reads ENIs.</summary>
    public const string DescribeNetworkInterfaces = nameof(DescribeNetworkInterfaces);

    /// <summary>Reads subnets.</summary>
    public const string DescribeSubnets = nameof(DescribeSubnets);

    /// <summary>Reads what a subnet keeps for prefixes and for named addresses.</summary>
    public const string GetSubnetCidrReservations = nameof(GetSubnetCidrReservations);

    /// <summary>Reads security groups.</summary>
    public const string DescribeSecurityGroups = nameof(DescribeSecurityGroups);

    /// <summary>Reads instance types.</summary>
    public const string DescribeInstanceTypes = nameof(DescribeInstanceTypes);

    /// <summary>Reads instances.</summary>
    public const string DescribeInstances = nameof(DescribeInstances);
}
