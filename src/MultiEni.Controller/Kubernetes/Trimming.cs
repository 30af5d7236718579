using MultiEni.Api.Kubernetes;

namespace MultiEni.Controller.Kubernetes;

/// <summary>Cuts cached objects down to what the controller reads, so that thousands of nodes cost a few megabytes.</summary>
internal static class Trimming
{
    private static readonly NodeStatus NoStatus = new();

    public static Node Node(Node node) =>
        node with
        {
            Metadata = new ObjectMeta
            {
                Name = node.Metadata.Name,
                Uid = node.Metadata.Uid,
                ResourceVersion = node.Metadata.ResourceVersion,
                Labels = node.Metadata.Labels,
                DeletionTimestamp = node.Metadata.DeletionTimestamp,
            },
            Spec = new NodeSpec { ProviderID = node.Spec.ProviderID, Taints = node.Spec.Taints is { Count: > 0 } ? node.Spec.Taints : null },
            Status = NoStatus,
        };
}
