namespace MultiEni.Manager.Host;

/// <summary>Something of the network stack that is added and removed as a whole.</summary>
internal abstract record NetworkItem
{
    private NetworkItem() { }

    /// <summary>A further name of a link (Linux 5.5).</summary>
    /// <param name="LinkIndex">The link.</param>
    /// <param name="Name">Up to 127 bytes.</param>
    public sealed record AlternativeName(int LinkIndex, string Name) : NetworkItem
    {
        /// <inheritdoc />
        public override string ToString() => $"the alternative name {Name}";
    }

    /// <summary>An address of a link, without a route to its prefix.</summary>
    public sealed record Address(LinkAddress Value) : NetworkItem
    {
        /// <inheritdoc />
        public override string ToString() => $"the address {Value.Address}/{Value.PrefixLength}";
    }

    /// <summary>
    /// A unicast route. Its gateway is reached over its link, whatever other routes say.
    /// </summary>
    public sealed record Path(Route Value) : NetworkItem
    {
        /// <inheritdoc />
        public override string ToString() => $"the route to {Value.Destination ?? "everywhere"} in table {Value.Table}";
    }

    /// <summary>A rule by the source of a packet.</summary>
    public sealed record Rule(RoutingRule Value) : NetworkItem
    {
        /// <inheritdoc />
        public override string ToString() => $"the rule from {Value.Source ?? "everywhere"} to table {Value.Table}";
    }
}

/// <summary>
/// The number by which addresses, routes and rules of this program are told from those of others.
/// </summary>
internal static class OwnProtocol
{
    /// <summary>
    /// Above those of the kernel (4 and below) and not among those that others use
    /// (<c>/etc/iproute2/rt_protos</c>).
    /// </summary>
    public const int Number = 136;
}
