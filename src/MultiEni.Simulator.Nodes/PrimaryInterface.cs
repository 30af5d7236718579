namespace MultiEni.Simulator.Nodes;

/// <summary>The interface with which an instance is born.</summary>
/// <param name="MacAddress">Lower case with colons.</param>
/// <param name="Address">IPv4 address.</param>
/// <param name="PrefixLength">Of its subnet, in bits.</param>
/// <param name="Gateway">Next hop of the default route.</param>
public sealed record PrimaryInterface(string MacAddress, string Address, int PrefixLength, string Gateway);
