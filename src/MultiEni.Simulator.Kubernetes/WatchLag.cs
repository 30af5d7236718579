namespace MultiEni.Simulator.Kubernetes;

/// <summary>
/// How far the watches of an API server are behind its writes: a real one answers a write as soon
/// as etcd has it, and sends it to watchers from a cache that follows etcd. Changes of one watch
/// keep their order.
/// </summary>
/// <param name="Shortest">The least delay of a change, on the server's clock.</param>
/// <param name="Longest">The greatest.</param>
/// <param name="Seed">Determines the delays.</param>
public sealed record WatchLag(TimeSpan Shortest, TimeSpan Longest, int Seed)
{
    /// <summary>5 to 300 ms, as measured on a loaded API server.</summary>
    public static WatchLag Typical { get; } = new(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(300), Seed: 1);
}
