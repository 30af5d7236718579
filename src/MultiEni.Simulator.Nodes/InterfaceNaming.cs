namespace MultiEni.Simulator.Nodes;

/// <summary>How network interfaces of a node get their names.</summary>
public enum InterfaceNaming
{
    /// <summary>By PCI slot, as systemd does: <c>ens5</c>, <c>ens6</c>.</summary>
    Slot,

    /// <summary>
    /// In order of appearance: <c>eth0</c>, <c>eth1</c>. A name changes when devices come back in
    /// another order.
    /// </summary>
    Appearance,
}
