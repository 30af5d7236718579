namespace MultiEni.Simulator.Nodes;

/// <summary>One address of a link.</summary>
/// <param name="LinkIndex">The link.</param>
/// <param name="Address">Without the prefix length.</param>
/// <param name="PrefixLength">In bits.</param>
public sealed record SimulatedAddress(int LinkIndex, string Address, int PrefixLength)
{
    /// <summary>Who set it; 0 when that is unknown.</summary>
    public int Protocol { get; init; }
}
