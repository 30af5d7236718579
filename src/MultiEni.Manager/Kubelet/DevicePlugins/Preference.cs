namespace MultiEni.Manager.Kubelet.DevicePlugins;

/// <summary>
/// Which of several free devices a container gets: as many as possible of one NUMA node, then those
/// with the lowest addresses.
/// </summary>
internal static class Preference
{
    /// <summary>Chooses.</summary>
    /// <param name="request">What the kubelet asks.</param>
    /// <param name="numaOf">The NUMA node of a device, or null.</param>
    internal static IReadOnlyList<string> Choose(PreferenceRequest request, Func<string, int?> numaOf)
    {
        var chosen = request.Required.Distinct(StringComparer.Ordinal).ToList();
        var wanted = Math.Max(0, request.Count - chosen.Count);
        var free = request.Available.Distinct(StringComparer.Ordinal).Except(chosen, StringComparer.Ordinal).ToList();

        // Beside the devices that are given, then from the node that satisfies all, and the
        // smallest such so that larger ones stay whole.
        var given = chosen.Select(numaOf).ToHashSet();
        var groups = free.GroupBy(numaOf)
            .OrderByDescending(group => given.Contains(group.Key))
            .ThenByDescending(group => group.Count() >= wanted)
            .ThenBy(group => group.Count() >= wanted ? group.Count() : -group.Count())
            .ThenBy(group => group.Key);
        chosen.AddRange(groups.SelectMany(group => group.Order(StringComparer.Ordinal)).Take(wanted));
        return chosen;
    }
}
