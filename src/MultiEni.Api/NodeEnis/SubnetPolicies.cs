namespace MultiEni.Api.NodeEnis;

/// <summary>Values of <see cref="NodeEniSpec.SubnetPolicy"/>.</summary>
public static class SubnetPolicies
{
    /// <summary>One ENI in every resolved subnet of the node's zone.</summary>
    public const string All = "All";

    /// <summary>One ENI, in the subnet of the node's zone that has most free addresses.</summary>
    public const string MostFree = "MostFree";
}
