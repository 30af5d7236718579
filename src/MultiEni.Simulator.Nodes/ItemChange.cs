namespace MultiEni.Simulator.Nodes;

/// <summary>Something to add or to remove: one of the four is given.</summary>
internal sealed class ItemChange
{
    public bool Add { get; set; }

    public AlternativeName? AlternativeName { get; set; }

    public SimulatedAddress? Address { get; set; }

    public SimulatedRoute? Route { get; set; }

    public SimulatedRule? Rule { get; set; }
}

/// <summary>A further name of a link.</summary>
internal sealed record AlternativeName(int LinkIndex, string Name);
