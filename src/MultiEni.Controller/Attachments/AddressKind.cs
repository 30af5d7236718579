namespace MultiEni.Controller.Attachments;

/// <summary>What an ENI can have several of.</summary>
internal enum AddressKind
{
    /// <summary>IPv4 addresses beside the primary one.</summary>
    SecondaryIpv4,

    /// <summary>/28 prefixes.</summary>
    Ipv4Prefix,

    /// <summary>IPv6 addresses.</summary>
    Ipv6,

    /// <summary>/80 prefixes.</summary>
    Ipv6Prefix,
}
