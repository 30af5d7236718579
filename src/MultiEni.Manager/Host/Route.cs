namespace MultiEni.Manager.Host;

/// <summary>One route.</summary>
/// <param name="Family">4 or 6.</param>
/// <param name="Table">Routing table; 254 is main.</param>
/// <param name="Destination">Prefix such as <c>10.0.0.0/16</c>; null for a default route, however the kernel spells it.</param>
/// <param name="Gateway">Next hop, or null when on link.</param>
/// <param name="LinkIndex">Outgoing link.</param>
/// <param name="Metric">The lowest wins.</param>
/// <param name="Protocol">Who made it: 2 is the kernel itself, for connected prefixes.</param>
internal sealed record Route(int Family, int Table, string? Destination, string? Gateway, int LinkIndex, int Metric, int Protocol);
