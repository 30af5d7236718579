namespace MultiEni.Simulator.Nodes;

/// <summary>One route.</summary>
/// <param name="Family">4 or 6.</param>
/// <param name="Table">Routing table; 254 is main.</param>
/// <param name="Destination">Prefix; null for a default route.</param>
/// <param name="Gateway">Next hop, or null when on link.</param>
/// <param name="LinkIndex">Outgoing link.</param>
/// <param name="Metric">The lowest wins.</param>
/// <param name="Protocol">Who made it: 2 the kernel, 16 a DHCP client.</param>
public sealed record SimulatedRoute(int Family, int Table, string? Destination, string? Gateway, int LinkIndex, int Metric, int Protocol);
