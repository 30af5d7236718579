using MultiEni.Reliability.Lab;

namespace MultiEni.Reliability.Crashes;

/// <summary>A change that a user makes, from what was before to what must be after.</summary>
/// <param name="Name">create, update, replace, delete.</param>
/// <param name="Before">The NodeENI that is ready before; null for none.</param>
/// <param name="After">The NodeENI that is ready after; null for none.</param>
internal sealed record CrashFlow(string Name, NodeEniSketch? Before, NodeEniSketch? After)
{
    private static readonly NodeEniSketch Fleet = new("fleet");

    public static IReadOnlyList<CrashFlow> All { get; } =
    [
        new("create", null, Fleet),
        new(
            "update",
            Fleet,
            Fleet with
            {
                Groups = [Cluster.Group, Cluster.OtherGroup],
                Description = "changed",
                Team = "network",
                SourceDestCheck = true,
                DeleteOnTermination = false,
            }
        ),
        new("replace", Fleet, Fleet with { DeviceIndex = 5 }),
        new("delete", Fleet, null),
    ];

    /// <summary>The same with one ENI whose device is bound to a DPDK driver.</summary>
    public CrashFlow OfBoundDevice()
    {
        return this with { Before = Bound(Before), After = Bound(After) };

        static NodeEniSketch? Bound(NodeEniSketch? nodeEni) => nodeEni is null ? null : nodeEni with { Subnets = [Cluster.SubnetA], Dpdk = true };
    }

    /// <summary>Does what the user does.</summary>
    public void Begin(Cluster cluster)
    {
        if (After is not null)
        {
            cluster.Apply(After);
        }
        else
        {
            cluster.Delete(Before!.Name);
        }
    }

    /// <summary>What is missing until the change is done; null when it is.</summary>
    public string? Lacks(Cluster cluster) => After is not null ? Outcome.LacksReadiness(cluster, After, nodes: 1) : Outcome.HasLeftovers(cluster);
}
