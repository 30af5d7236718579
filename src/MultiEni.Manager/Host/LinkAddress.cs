namespace MultiEni.Manager.Host;

/// <summary>One address of a link.</summary>
/// <param name="LinkIndex">The link.</param>
/// <param name="Address">IPv4 or IPv6 address without its prefix length.</param>
/// <param name="PrefixLength">Length of the on-link prefix, in bits.</param>
internal sealed record LinkAddress(int LinkIndex, string Address, int PrefixLength);
