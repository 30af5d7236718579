using MultiEni.Manager.Host;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Links;

/// <summary>
/// What an ENI's link, and the tables that lead to it, lack of what is asked for. Nothing of others is
/// changed: names without our prefix that are not on record, addresses, routes and rules without our
/// protocol number.
/// </summary>
internal static class LinkDecision
{
    /// <summary>Decides.</summary>
    /// <param name="plan">What is asked for.</param>
    /// <param name="link">
    /// The link; null when the host's namespace has none, and only what leads there is left.
    /// </param>
    /// <param name="facts">What is the case.</param>
    public static LinkVerdict Decide(LinkPlan plan, Link? link, LinkFacts facts)
    {
        var (operations, remarks) = link is null ? ([], []) : LinkNames.Decide(plan.Names, link, facts);
        var (addresses, blocker) = HostAddresses.Decide(link is null ? null : plan.Addresses, link, facts);
        return new LinkVerdict([.. operations, .. addresses], string.Join(" ", remarks), blocker);
    }
}

/// <summary>What is to be done about a link.</summary>
/// <param name="Operations">What is changed, in this order; empty when nothing is.</param>
/// <param name="Remark">What could not be done and does no harm; empty for nothing.</param>
/// <param name="Blocker">What keeps it from being configured; null for nothing.</param>
internal sealed record LinkVerdict(IReadOnlyList<LinkOperation> Operations, string Remark, Blocker? Blocker)
{
    /// <summary>Nothing is to be done.</summary>
    public static LinkVerdict Done { get; } = new([], "", null);
}

/// <summary>The alternative names of a link.</summary>
internal static class LinkNames
{
    /// <summary>What is added and removed, and what cannot be.</summary>
    /// <param name="wanted">The names that it is to have.</param>
    /// <param name="link">The link.</param>
    /// <param name="facts">What is the case.</param>
    public static (List<LinkOperation> Operations, List<string> Remarks) Decide(IReadOnlyList<string> wanted, Link link, LinkFacts facts)
    {
        var operations = new List<LinkOperation>();
        var remarks = new List<string>();
        foreach (var name in link.AlternativeNames)
        {
            if (!wanted.Contains(name, StringComparer.Ordinal) && IsOurs(name, facts.Record))
            {
                operations.Add(new LinkOperation.Remove(new NetworkItem.AlternativeName(link.Index, name)));
            }
        }

        foreach (var name in wanted)
        {
            if (link.IsCalled(name))
            {
                continue;
            }

            if (facts.Network.Links.FirstOrDefault(other => other.IsCalled(name)) is { } holder)
            {
                remarks.Add($"{link.Name} does not get the alternative name {name}: {holder.Name} has it.");
            }
            else if (facts.RefusedNames.TryGetValue(name, out var why))
            {
                remarks.Add($"{link.Name} does not get the alternative name {name}: {why}");
            }
            else
            {
                operations.Add(new LinkOperation.Add(new NetworkItem.AlternativeName(link.Index, name)));
            }
        }

        return (operations, remarks);
    }

    // The ENI's ID may be udev's as well.
    private static bool IsOurs(string name, LinkChangesOf record) =>
        name.StartsWith(Api.LinkAliases.Prefix, StringComparison.Ordinal) || record.Names.Contains(name, StringComparer.Ordinal);
}
