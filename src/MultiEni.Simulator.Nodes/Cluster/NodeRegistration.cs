namespace MultiEni.Simulator.Nodes.Cluster;

/// <summary>
/// What a kubelet on EC2 says of its machine when it registers its Node, beside what the machine
/// itself shows.
/// </summary>
/// <param name="InstanceType">Such as <c>m5.4xlarge</c>.</param>
/// <param name="Region">The Region.</param>
/// <param name="Zone">The availability zone.</param>
/// <param name="MaximumInterfaces">Interfaces that instances of the type may have.</param>
/// <param name="AddressesPerInterface">IPv4 addresses that each of them may have.</param>
/// <param name="Labels">Labels besides those that nodes always have.</param>
public sealed record NodeRegistration(
    string InstanceType,
    string Region,
    string Zone,
    int MaximumInterfaces,
    int AddressesPerInterface,
    IReadOnlyDictionary<string, string> Labels
);
