using MultiEni.Api.Kubernetes;

namespace MultiEni.Controller.Planning;

/// <summary>A node as the plan sees it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Identity">What stands behind it.</param>
/// <param name="InstanceType">Its instance type, or null when no label tells.</param>
internal sealed record PlannedNode(string Name, NodeIdentity Identity, string? InstanceType)
{
    /// <summary>Reads a node of the Kubernetes API.</summary>
    public static PlannedNode Of(Node node)
    {
        return new PlannedNode(node.Metadata.Name, NodeIdentity.Of(node), node.Metadata.Label(NodeIdentity.InstanceTypeLabel));
    }
}
