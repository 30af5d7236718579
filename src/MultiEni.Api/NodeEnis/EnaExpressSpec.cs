namespace MultiEni.Api.NodeEnis;

/// <summary>
/// ENA Express of the ENI's attachment, which spreads a flow over several paths of the network.
/// </summary>
public sealed record EnaExpressSpec
{
    /// <summary>Whether it is used for TCP.</summary>
    public bool Enabled { get; set; }

    /// <summary>Whether it is used for UDP too.</summary>
    public bool Udp { get; set; }
}
