namespace MultiEni.Simulator.Nodes.Cluster;

/// <summary>
/// How long the cluster's own parts take. All are zero unless set, except the pauses that
/// Kubernetes itself prescribes.
/// </summary>
public sealed record ClusterTimings
{
    /// <summary>Everything at once.</summary>
    public static ClusterTimings None { get; } = new();

    /// <summary>About what a real cluster shows.</summary>
    public static ClusterTimings Typical { get; } =
        new()
        {
            PodStart = TimeSpan.FromSeconds(2),
            PodStop = TimeSpan.FromSeconds(1),
            PluginStart = TimeSpan.FromSeconds(2),
            PluginReplacement = TimeSpan.FromSeconds(1),
            NodeRemoval = TimeSpan.FromSeconds(30),
        };

    /// <summary>From a pod being bound to its containers running.</summary>
    public TimeSpan PodStart { get; init; }

    /// <summary>
    /// From a pod's deletion to its containers having ended; its grace period is the most it gets.
    /// </summary>
    public TimeSpan PodStop { get; init; }

    /// <summary>From a device plugin's container starting to its reading the file.</summary>
    public TimeSpan PluginStart { get; init; }

    /// <summary>
    /// From a device plugin's pod being gone to the DaemonSet having made another.
    /// </summary>
    public TimeSpan PluginReplacement { get; init; }

    /// <summary>First pause of a crash loop; it doubles to at most five minutes.</summary>
    public TimeSpan CrashLoopPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From a container that cannot be created to the next attempt.</summary>
    public TimeSpan ContainerRetry { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// From an instance's termination to its Node being deleted by the cloud node controller.
    /// </summary>
    public TimeSpan NodeRemoval { get; init; }
}
