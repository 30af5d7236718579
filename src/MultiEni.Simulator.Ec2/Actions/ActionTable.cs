using System.Collections.Frozen;

namespace MultiEni.Simulator.Ec2.Actions;

/// <summary>
/// The actions that are simulated; any other is answered with <c>InvalidAction</c>.
/// </summary>
internal static class ActionTable
{
    private static readonly FrozenDictionary<string, Ec2Action> _actions = new Ec2Action[]
    {
        new("CreateNetworkInterface", true, CreateNetworkInterface.Execute),
        new("AttachNetworkInterface", true, AttachNetworkInterface.Execute),
        new("DetachNetworkInterface", true, DetachNetworkInterface.Execute),
        new("DeleteNetworkInterface", true, DeleteNetworkInterface.Execute),
        new("ModifyNetworkInterfaceAttribute", true, ModifyNetworkInterfaceAttribute.Execute),
        new("AssignPrivateIpAddresses", true, PrivateIpAddresses.Assign),
        new("UnassignPrivateIpAddresses", true, PrivateIpAddresses.Unassign),
        new("AssignIpv6Addresses", true, Ipv6Addresses.Assign),
        new("UnassignIpv6Addresses", true, Ipv6Addresses.Unassign),
        new("AssociateAddress", true, ElasticIpAddresses.Associate),
        new("DisassociateAddress", true, ElasticIpAddresses.Disassociate),
        new("DescribeAddresses", false, ElasticIpAddresses.Describe),
        new("CreateTags", true, ResourceTags.Create),
        new("DeleteTags", true, ResourceTags.Delete),
        new("ModifyInstanceMetadataOptions", true, ModifyInstanceMetadataOptions.Execute),
        new("TerminateInstances", true, TerminateInstances.Execute),
        new("DescribeNetworkInterfaces", false, DescribeNetworkInterfaces.Execute),
        new("DescribeSubnets", false, DescribeSubnets.Execute),
        new("GetSubnetCidrReservations", false, SubnetCidrReservations.Get),
        new("DescribeSecurityGroups", false, DescribeSecurityGroups.Execute),
        new("DescribeInstances", false, DescribeInstances.Execute),
        new("DescribeInstanceTypes", false, DescribeInstanceTypes.Execute),
    }.ToFrozenDictionary(action => action.Name, StringComparer.Ordinal);

    public static Ec2Action? Find(string name) => _actions.GetValueOrDefault(name);
}
