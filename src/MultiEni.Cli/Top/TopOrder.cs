namespace MultiEni.Cli.Top;

/// <summary>By what ENIs are sorted: the values of <c>--sort-by</c>.</summary>
internal static class TopOrder
{
    /// <summary>By node and ENI.</summary>
    public const string Name = "name";

    private static readonly Dictionary<string, Func<TopEni, double?>> Keys = new(StringComparer.Ordinal)
    {
        ["receive"] = eni => eni.ReceiveBitsPerSecond,
        ["transmit"] = eni => eni.TransmitBitsPerSecond,
        ["packets"] = eni => eni.ReceivePacketsPerSecond + eni.TransmitPacketsPerSecond,
        ["drops"] = eni => eni.DropsPerSecond,
        ["exceeded"] = eni => eni.ExceededPerSecond,
    };

    /// <summary>All values; the first is the default.</summary>
    public static IReadOnlyList<string> All { get; } = [Name, .. Keys.Keys];

    /// <summary>The ENIs in an order: the largest number first, ENIs without one last.</summary>
    public static IReadOnlyList<TopEni> Sort(IEnumerable<TopEni> enis, string by)
    {
        var byName = enis.OrderBy(eni => eni.Node, StringComparer.Ordinal).ThenBy(eni => eni.Eni, StringComparer.Ordinal);
        return [.. by == Name ? byName : byName.OrderByDescending(eni => Keys[by](eni) ?? -1)];
    }
}
