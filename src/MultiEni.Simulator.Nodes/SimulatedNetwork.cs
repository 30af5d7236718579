namespace MultiEni.Simulator.Nodes;

/// <summary>The network stack of a simulated node at one moment.</summary>
/// <param name="Links">All links of the host's network namespace.</param>
/// <param name="Addresses">All addresses.</param>
/// <param name="Routes">Routes of all tables.</param>
/// <param name="Rules">Policy rules.</param>
public sealed record SimulatedNetwork(
    IReadOnlyList<SimulatedLink> Links,
    IReadOnlyList<SimulatedAddress> Addresses,
    IReadOnlyList<SimulatedRoute> Routes,
    IReadOnlyList<SimulatedRule> Rules
);
