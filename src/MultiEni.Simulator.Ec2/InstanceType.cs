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

    /// <summary>Whether it is of the generations before Nitro, without timeouts of connection tracking.</summary>
    public bool Xen { get; init; }

    /// <summary>Whether it supports ENA Express.</summary>
    public bool EnaExpress { get; init; }

    /// <summary>
    /// ENA queues of each network card; empty when their number cannot be chosen
    /// (docs/reference/ec2.md#ena-queues).
    /// </summary>
    public IReadOnlyList<EnaQueues> Queues { get; init; } = [];

    /// <summary>The most interfaces of a card, for one that is given its queues by hand or not.</summary>
    public int InterfacesOn(int card, bool withQueueCount) =>
        InterfacesPerCard[card] + (withQueueCount && card < Queues.Count ? Queues[card].AdditionalInterfaces : 0);
}

/// <summary>ENA queues of a network card.</summary>
/// <param name="Default">Of an interface for which no number is given.</param>
/// <param name="MaximumPerInterface">Of one interface.</param>
/// <param name="Maximum">Of all interfaces of the card.</param>
/// <param name="AdditionalInterfaces">
/// Interfaces beyond the card's limit when queues are given by hand.
/// </param>
public sealed record EnaQueues(int Default, int MaximumPerInterface, int Maximum, int AdditionalInterfaces = 0);
