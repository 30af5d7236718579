namespace MultiEni.Simulator.Nodes;

/// <summary>One policy routing rule.</summary>
/// <param name="Family">4 or 6.</param>
/// <param name="Priority">The lowest is asked first.</param>
/// <param name="Source">Source prefix, or null for any.</param>
/// <param name="Table">The table it leads to.</param>
public sealed record SimulatedRule(int Family, int Priority, string? Source, int Table)
{
    /// <summary>Who made it; 0 when that is unknown.</summary>
    public int Protocol { get; init; }
}
