using MultiEni.Reliability.Lab;

namespace MultiEni.Reliability.Crashes;

/// <summary>A change that a user makes, from what was before to what must be after.</summary>
/// <param name="Name">create, update, addresses, replace, delete, adopt, release.</param>
/// <param name="Before">The NodeENI that is ready before; null for none.</param>
/// <param name="After">The NodeENI that is ready after; null for none.</param>
internal sealed record CrashFlow(string Name, NodeEniSketch? Before, NodeEniSketch? After)
{
    private static readonly NodeEniSketch Fleet = new("fleet")
    {
        TcpTimeout = 3600,
        Queues = 8,
        EnaExpress = true,
    };

    private static readonly NodeEniSketch Adopting = Fleet with { Adopt = true, Queues = null };
    private static readonly NodeEniSketch Retaining = Fleet with { Retains = true, DeleteOnTermination = false, ElasticIps = true };

    /// <summary>
    /// Whether the node is replaced instead of the NodeENI changed; the new one finds the ENIs that
    /// the old one left.
    /// </summary>
    public bool ReplacesNode { get; init; }

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
                TcpTimeout = 350,
                EnaExpress = false,
            }
        ),
        new("addresses", Fleet, Fleet with { Warm = 2 }),
        new("elastic IPs", Fleet, Fleet with { ElasticIps = true }),
        new("no elastic IPs", Fleet with { ElasticIps = true }, Fleet),
        new("replace", Fleet, Fleet with { DeviceIndex = 5, Queues = 16 }),
        new("delete", Fleet, null),
        new("adopt", null, Adopting),
        new("adopt again", Adopting, Adopting with { DeviceIndex = 3 }),
        new("release", Adopting, null),
        new("node replaced", Retaining, Retaining) { ReplacesNode = true },
    ];

    /// <summary>The conditions, on instances with the ENIs that the flow takes for given.</summary>
    public CrashConditions Under(CrashConditions conditions) =>
        (Before ?? After)!.Adopt ? conditions with { Cluster = conditions.Cluster with { LaunchesEnis = true } } : conditions;

    /// <summary>The same with one ENI whose device is bound to a DPDK driver.</summary>
    public CrashFlow OfBoundDevice()
    {
        return this with { Before = Bound(Before), After = Bound(After) };

        static NodeEniSketch? Bound(NodeEniSketch? nodeEni) => nodeEni is null ? null : nodeEni with { Subnets = [Cluster.SubnetA], Dpdk = true };
    }

    /// <summary>Does what the user does.</summary>
    public void Begin(Cluster cluster)
    {
        if (ReplacesNode)
        {
            cluster.TerminateNode(Node(cluster));
        }
        else if (After is not null)
        {
            cluster.Apply(After);
        }
        else
        {
            cluster.Delete(Before!.Name);
        }
    }

    /// <summary>The name of the only node.</summary>
    public static string Node(Cluster cluster) => cluster.Kubernetes.Store.List("nodes").Single().Text("metadata", "name");

    /// <summary>What is missing until the change is done; null when it is.</summary>
    public string? Lacks(Cluster cluster) => After is not null ? Outcome.LacksReadiness(cluster, After, nodes: 1) : Outcome.HasLeftovers(cluster);
}
