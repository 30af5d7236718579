using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Configuration;

namespace MultiEni.Controller;

/// <summary>
/// Finds the Region when the environment names none: the nodes carry it as a label. Nothing else is
/// taken for it: a built-in default would be the wrong Region for most clusters, and the instance
/// metadata service is out of reach for pods. Pure.
/// </summary>
internal static class RegionFinder
{
    /// <summary>The label that the cloud provider puts on nodes.</summary>
    public const string RegionLabel = "topology.kubernetes.io/region";

    /// <summary>The one Region of the nodes that are EC2 instances.</summary>
    /// <exception cref="SettingsException">
    /// There is none, or more than one; the message says what to set.
    /// </exception>
    public static string Find(IEnumerable<Node> nodes)
    {
        var regions = nodes
            .Where(node => Planning.NodeIdentity.Of(node) is Planning.NodeIdentity.Ec2)
            .Select(node => node.Metadata.Label(RegionLabel))
            .OfType<string>()
            .Distinct()
            .Order()
            .Take(3)
            .ToList();
        return regions switch
        {
            [var only] => only,
            [] => throw new SettingsException([
                $"AWS_REGION is not set and no node on EC2 has the label {RegionLabel}; set AWS_REGION to the Region of the cluster, such as eu-central-1",
            ]),
            _ => throw new SettingsException([
                $"AWS_REGION is not set and the nodes are in several Regions ({string.Join(", ", regions)}); set AWS_REGION to the one to work in",
            ]),
        };
    }
}
