namespace MultiEni.Controller.Ec2;

/// <summary>
/// Everything that goes into one Create call. The same token with other values is an error, so nothing here may depend on the time
/// (docs/reference/ec2.md#client-tokens).
/// </summary>
/// <param name="ClientToken">At most 64 ASCII characters, derived from the slot.</param>
/// <param name="SubnetId">Where.</param>
/// <param name="SecurityGroupIds">Groups.</param>
/// <param name="Description">Free text; must not begin with `aws-K8S-` (docs/reference/ec2.md#vpc-cni).</param>
/// <param name="Tags">All tags, ours included.</param>
/// <param name="SecondaryPrivateIpCount">IPv4 addresses beyond the primary one; excludes a prefix count.</param>
/// <param name="Ipv4PrefixCount">/28 prefixes.</param>
/// <param name="Ipv6AddressCount">IPv6 addresses; excludes a prefix count.</param>
/// <param name="Ipv6PrefixCount">/80 prefixes.</param>
internal sealed record CreateEniRequest(
    string ClientToken,
    string SubnetId,
    IReadOnlyList<string> SecurityGroupIds,
    string Description,
    IReadOnlyDictionary<string, string> Tags,
    int SecondaryPrivateIpCount,
    int Ipv4PrefixCount,
    int Ipv6AddressCount,
    int Ipv6PrefixCount
);
