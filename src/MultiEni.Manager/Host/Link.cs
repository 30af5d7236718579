namespace MultiEni.Manager.Host;

/// <summary>One network link.</summary>
/// <param name="Index">The kernel's number of the link.</param>
/// <param name="Name">Interface name.</param>
/// <param name="MacAddress">Hardware address, lower case with colons; empty when it has none.</param>
/// <param name="Mtu">In bytes.</param>
/// <param name="Up">Administratively up.</param>
/// <param name="MasterIndex">The bond, bridge or VRF that it is part of, or null.</param>
/// <param name="LowerIndex">The link on which it is stacked (VLAN, macvlan, ipvlan), or null.</param>
internal sealed record Link(int Index, string Name, string MacAddress, int Mtu, bool Up, int? MasterIndex, int? LowerIndex);
