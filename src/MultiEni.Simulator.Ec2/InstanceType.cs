namespace MultiEni.Simulator.Ec2;

/// <summary>The network limits of an instance type.</summary>
/// <param name="MaximumInterfaces">Over all cards.</param>
/// <param name="InterfacesPerCard">
/// One entry for each network card; a card can be full while the total is not
/// (docs/reference/ec2.md#instance-limits).
/// </param>
/// <param name="Ipv4PerInterface">
/// Addresses and prefixes together, the primary address included.
/// </param>
public sealed record InstanceType(string Name, int MaximumInterfaces, IReadOnlyList<int> InterfacesPerCard, int Ipv4PerInterface)
{
    /// <summary>
    /// IPv6 addresses and prefixes together; the same number as IPv4 on the types simulated here.
    /// </summary>
    public int Ipv6PerInterface { get; init; } = Ipv4PerInterface;
}
