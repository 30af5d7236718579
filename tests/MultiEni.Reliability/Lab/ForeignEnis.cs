using MultiEni.Simulator.Ec2;

namespace MultiEni.Reliability.Lab;

/// <summary>
/// Network interfaces of others in the same account: of instances, of the VPC CNI, of another
/// cluster of this very product.
/// </summary>
internal sealed class ForeignEnis(Ec2World world)
{
    private readonly Dictionary<string, NetworkInterface> _rows = [];

    /// <summary>
    /// Puts some where they are easily taken for ours: attached at an index that a NodeENI asks
    /// for, or lying about like a leak.
    /// </summary>
    /// <param name="cluster">The cluster tag of our own ENIs.</param>
    /// <param name="isGiven">Whether a launch template gave an ENI to us.</param>
    public void Settle(string cluster, Predicate<string> isGiven)
    {
        world.RunInstance(
            "m5.4xlarge",
            Cluster.SubnetA,
            interfaces:
            [
                new LaunchInterface(2, Cluster.SubnetA) { Tags = Tags("another-cluster", "nodeeni-controller") },
                new LaunchInterface(3, Cluster.SubnetB) { Description = "aws-K8S-0" },
            ]
        );
        var gone = world.RunInstance(
            "m5.4xlarge",
            Cluster.SubnetA,
            interfaces:
            [
                new LaunchInterface(2, Cluster.SubnetA) { DeleteOnTermination = false, Tags = Tags("another-cluster", "nodeeni-controller") },
                new LaunchInterface(3, Cluster.SubnetA) { DeleteOnTermination = false, Tags = Tags(cluster, "somebody-else") },
            ]
        );
        foreach (var row in world.NetworkInterfaces.Where(row => !isGiven(row.Id)))
        {
            _rows[row.Id] = row;
        }

        world.Terminate(gone);
    }

    public bool Contains(string eniId) => _rows.ContainsKey(eniId);

    /// <summary>What was done to one of them, or null.</summary>
    public string? Touched()
    {
        foreach (var (id, before) in _rows)
        {
            var now = world.FindNetworkInterface(id);
            if (now is null)
            {
                var attachment = before.Attachment!;
                var stays = !attachment.DeleteOnTermination || world.FindInstance(attachment.InstanceId) is { State: InstanceState.Running };
                if (stays)
                {
                    return $"the foreign {id} was deleted";
                }
            }
            else if (now.Tags.Count != before.Tags.Count || now.Description != before.Description || !now.GroupIds.SequenceEqual(before.GroupIds))
            {
                return $"the foreign {id} was changed";
            }
        }

        return null;
    }

    private static Dictionary<string, string> Tags(string cluster, string owner) =>
        new()
        {
            [Objects.Slot] = $"fleet-of-{cluster}",
            ["networking.k8s.aws/cluster"] = cluster,
            ["kubernetes.io/cluster/managed-by"] = owner,
        };
}
