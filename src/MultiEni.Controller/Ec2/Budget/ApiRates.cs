using static MultiEni.Controller.Ec2.Ec2Actions;

namespace MultiEni.Controller.Ec2.Budget;

/// <summary>Default quotas of an account in a region (docs/reference/ec2.md#request-tokens).</summary>
internal static class ApiRates
{
    /// <summary>The class that APIs without an entry of their own are in, and the pool that some accounts share.</summary>
    public static ApiRate DefaultMutating { get; } = new(50, 5, Mutating: true);

    private static readonly ApiRate Describe = new(100, 20, Mutating: false);
    private static readonly ApiRate Interface = new(100, 5, Mutating: true);
    private static readonly ApiRate Tagging = new(100, 10, Mutating: true);

    /// <summary>Quota of one API. All our describes are filtered and paged, which is the larger class.</summary>
    public static ApiRate Of(string api)
    {
        return api switch
        {
            CreateNetworkInterface
            or DeleteNetworkInterface
            or ModifyNetworkInterfaceAttribute
            or AssignPrivateIpAddresses
            or UnassignPrivateIpAddresses
            or AssignIpv6Addresses => Interface,
            CreateTags or DeleteTags => Tagging,
            _ => api.StartsWith("Describe", StringComparison.Ordinal) ? Describe : DefaultMutating,
        };
    }
}
