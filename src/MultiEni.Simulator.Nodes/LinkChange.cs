namespace MultiEni.Simulator.Nodes;

/// <summary>Body of a change of one link: exactly one field is given.</summary>
internal sealed class LinkChange
{
    public bool? Up { get; set; }

    public int? Mtu { get; set; }
}
