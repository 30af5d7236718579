using MultiEni.Api.NodeEnis;

namespace MultiEni.Controller.Planning;

/// <summary>Reads the sources of subnets and security groups out of a specification.</summary>
internal static class NetworkSources
{
    /// <summary>Subnet IDs in the order of the fields, without duplicates.</summary>
    public static IReadOnlyList<string> SubnetIds(NodeEniSpec spec)
    {
        return Join(spec.SubnetId, spec.SubnetIds);
    }

    /// <summary>Subnet names in the order of the fields, without duplicates.</summary>
    public static IReadOnlyList<string> SubnetNames(NodeEniSpec spec)
    {
        return Join(spec.SubnetName, spec.SubnetNames);
    }

    /// <summary>
    /// Whether ENIs may get addresses that a subnet keeps by CIDR reservations.
    /// </summary>
    public static bool UsesReservations(NodeEniSpec spec) => spec.Ipv4PrefixCount > 0 || spec.PrivateIpAddresses is { Count: > 0 };

    /// <summary>Whether tags contain all of a selector, <c>*</c> standing for any value.</summary>
    public static bool Matches(IReadOnlyDictionary<string, string> selector, IReadOnlyDictionary<string, string> tags)
    {
        foreach (var (key, value) in selector)
        {
            if (!tags.TryGetValue(key, out var actual) || (value != "*" && value != actual))
            {
                return false;
            }
        }

        return true;
    }

    private static List<string> Join(string? first, List<string>? others)
    {
        var all = new List<string>();
        if (!string.IsNullOrEmpty(first))
        {
            all.Add(first);
        }

        foreach (var other in others ?? [])
        {
            if (!all.Contains(other))
            {
                all.Add(other);
            }
        }

        return all;
    }
}
