namespace MultiEni.Manager.Host.Simulated;

/// <summary>A change of a link; one of the two.</summary>
internal sealed record SimulatedLinkChange
{
    /// <summary>Up or down.</summary>
    public bool? Up { get; set; }

    /// <summary>Bytes.</summary>
    public int? Mtu { get; set; }
}
