namespace MultiEni.Controller.Ec2;

/// <summary>
/// How many ENIs an instance of a type takes. The limit of each card must hold, not only the total
/// (docs/reference/ec2.md#instance-limits).
/// </summary>
/// <param name="InstanceType">Such as `m5.xlarge`.</param>
/// <param name="MaximumEnis">Over all cards, the primary ENI included.</param>
/// <param name="PerCard">For each network card, by index.</param>
/// <param name="Ipv4PerEni">IPv4 addresses an ENI can have, the primary one included.</param>
internal sealed record InstanceTypeLimits(string InstanceType, int MaximumEnis, IReadOnlyList<int> PerCard, int Ipv4PerEni)
{
    /// <summary>
    /// IPv6 addresses an ENI can have; null while that is not known, as for the types of the table that
    /// comes with the program.
    /// </summary>
    public int? Ipv6PerEni { get; init; }

    /// <summary>What its ENIs can be set to; null while that is not known.</summary>
    public EniFeatures? Features { get; init; }

    /// <summary>
    /// ENIs that a card takes beyond <see cref="PerCard" /> when their queues are counted by hand.
    /// </summary>
    public int AdditionalOn(int card) => Features?.QueuesOf(card)?.AdditionalEnis ?? 0;

    /// <summary>
    /// The most ENIs of a card; null for one that the type does not have.
    /// </summary>
    /// <param name="card">The card.</param>
    /// <param name="withQueueCount">Whether the ENI in question has its queues counted by hand.</param>
    public int? MaximumOn(int card, bool withQueueCount) => card < PerCard.Count ? PerCard[card] + (withQueueCount ? AdditionalOn(card) : 0) : null;
}

/// <summary>
/// Settings of ENIs that not every instance type supports (docs/reference/ec2.md#ena-queues,
/// docs/reference/ec2.md#ena-express).
/// </summary>
/// <param name="ConnectionTracking">Whether timeouts of connection tracking can be set.</param>
/// <param name="EnaExpress">Whether ENA Express can be switched on.</param>
/// <param name="Queues">
/// For each network card, by index; empty when the number of queues cannot be chosen.
/// </param>
internal sealed record EniFeatures(bool ConnectionTracking, bool EnaExpress, IReadOnlyList<CardQueues> Queues)
{
    /// <summary>Queues of a card; null when their number cannot be chosen.</summary>
    public CardQueues? QueuesOf(int card) => card < Queues.Count ? Queues[card] : null;
}

/// <summary>ENA queues of a network card.</summary>
/// <param name="Default">Of an ENI for which no number is given.</param>
/// <param name="MaximumPerEni">Of one ENI.</param>
/// <param name="Maximum">Of all ENIs of the card together.</param>
/// <param name="AdditionalEnis">
/// ENIs that the card takes beyond its limit when their queues are counted by hand.
/// </param>
internal sealed record CardQueues(int Default, int MaximumPerEni, int Maximum, int AdditionalEnis);
