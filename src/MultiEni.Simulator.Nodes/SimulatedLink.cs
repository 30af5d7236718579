namespace MultiEni.Simulator.Nodes;

/// <summary>One network link of a simulated node, in the shape of the wire protocol.</summary>
/// <param name="Index">The kernel's number of the link.</param>
/// <param name="Name">Interface name.</param>
/// <param name="MacAddress">Lower case with colons.</param>
/// <param name="Mtu">In bytes.</param>
/// <param name="Up">Administratively up.</param>
/// <param name="MasterIndex">The bond or bridge that it is part of.</param>
/// <param name="LowerIndex">The link on which it is stacked.</param>
public sealed record SimulatedLink(int Index, string Name, string MacAddress, int Mtu, bool Up, int? MasterIndex = null, int? LowerIndex = null)
{
    /// <summary>Further names of the link.</summary>
    public IReadOnlyList<string> AlternativeNames { get; init; } = [];
}
