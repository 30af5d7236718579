using System.Collections.Frozen;

namespace MultiEni.Simulator.Ec2.Throttling;

/// <summary>The bucket sizes of docs/reference/ec2.md#request-tokens.</summary>
internal static class BucketTable
{
    /// <summary>
    /// Describe calls that are filtered, paginated or have no class of their own.
    /// </summary>
    public static readonly BucketSize NonMutating = new(100, 20);

    /// <summary>Describe calls of the listed APIs without filter and without page size.</summary>
    public static readonly BucketSize UnfilteredUnpaginated = new(50, 10);

    /// <summary>Mutating calls without an entry of their own.</summary>
    public static readonly BucketSize DefaultMutating = new(50, 5);

    private static readonly FrozenSet<string> _unfilteredClass = new[]
    {
        "DescribeNetworkInterfaces",
        "DescribeInstances",
        "DescribeSecurityGroups",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, BucketSize> _mutating = new Dictionary<string, BucketSize>(StringComparer.Ordinal)
    {
        ["CreateNetworkInterface"] = new(100, 5),
        ["DeleteNetworkInterface"] = new(100, 5),
        ["ModifyNetworkInterfaceAttribute"] = new(100, 5),
        ["AssignPrivateIpAddresses"] = new(100, 5),
        ["UnassignPrivateIpAddresses"] = new(100, 5),
        ["AssignIpv6Addresses"] = new(100, 5),
        ["CreateTags"] = new(100, 10),
        ["DeleteTags"] = new(100, 10),
        ["TerminateInstances"] = new(100, 5),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>TerminateInstances takes one of these for each instance as well.</summary>
    public static readonly BucketSize TerminatedInstances = new(1000, 20);

    /// <summary>
    /// The class of a describe call is part of the bucket's name: each class of each API has a
    /// bucket.
    /// </summary>
    public static (string Name, BucketSize Size) Of(string action, bool mutating, bool narrowed)
    {
        if (mutating)
        {
            return (action, _mutating.GetValueOrDefault(action, DefaultMutating));
        }

        return !narrowed && _unfilteredClass.Contains(action) ? ($"{action}/unfiltered", UnfilteredUnpaginated) : (action, NonMutating);
    }
}
