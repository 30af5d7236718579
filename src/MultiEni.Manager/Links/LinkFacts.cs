using MultiEni.Manager.Host;

namespace MultiEni.Manager.Links;

/// <summary>What the decision about an ENI's link depends on, beside what is asked for.</summary>
internal sealed record LinkFacts
{
    /// <summary>Where its routes and rules stand; null while that is unknown.</summary>
    public int? Table { get; init; }

    /// <summary>The host's network stack.</summary>
    public required NetworkState Network { get; init; }

    /// <summary>What this program has added to the link in this boot.</summary>
    public LinkChangesOf Record { get; init; } = new();

    /// <summary>
    /// Why the kernel did not take a name lately, by name. It is not asked again for a while.
    /// </summary>
    public IReadOnlyDictionary<string, string> RefusedNames { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// The link's reverse path filter (<c>rp_filter</c>); null when the kernel does not tell.
    /// </summary>
    public string? ReversePathFilter { get; init; }
}

/// <summary>What is done to a link, or to the rules that lead to it.</summary>
internal abstract record LinkOperation
{
    private LinkOperation() { }

    /// <summary>Add something that is not there.</summary>
    public sealed record Add(NetworkItem Item) : LinkOperation;

    /// <summary>Remove something of ours.</summary>
    public sealed record Remove(NetworkItem Item) : LinkOperation;

    /// <summary>Set the reverse path filter of a link.</summary>
    /// <param name="Name">The link.</param>
    /// <param name="LinkIndex">Its number.</param>
    /// <param name="Before">What it was.</param>
    /// <param name="Value">What it is to be.</param>
    public sealed record SetReversePathFilter(string Name, int LinkIndex, string Before, string Value) : LinkOperation
    {
        /// <summary>The file.</summary>
        public string Path => PathOf(Name);

        /// <summary>The file of a link.</summary>
        public static string PathOf(string name) => $"/proc/sys/net/ipv4/conf/{name}/rp_filter";
    }
}
