using MultiEni.Reliability.Lab;
using MultiEni.VirtualTime;

namespace MultiEni.Reliability.Stories;

/// <summary>
/// What stories have in common: a clock, a cluster on it, and a NodeENI with two ENIs for each
/// node.
/// </summary>
public abstract class Story : IAsyncLifetime
{
    private protected static readonly NodeEniSketch Fleet = new("fleet");
    private protected static readonly TimeSpan Soon = TimeSpan.FromMinutes(3);
    private readonly List<Cluster> _clusters = [];
    private readonly VirtualTimeDriver _driver;

    protected Story() => _driver = VirtualTimeDriver.Start(Time);

    /// <summary>
    /// A cluster with one controller and no election, for stories of something else.
    /// </summary>
    private protected static ClusterOptions Alone { get; } = new() { Controller = new ClusterOptions().Controller with { LeaderElection = false } };

    private protected VirtualClock Time { get; } = new();

    public ValueTask InitializeAsync()
    {
        Assert.True(Thread.CurrentThread.IsThreadPoolThread, "on another thread a test would not hold the clock while it works");
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var cluster in _clusters)
        {
            await cluster.DisposeAsync();
        }

        _driver.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected async Task<Cluster> StartAsync(ClusterOptions? options = null)
    {
        var cluster = await Cluster.StartAsync(options ?? Alone, Time, TestContext.Current.CancellationToken);
        _clusters.Add(cluster);
        return cluster;
    }

    /// <summary>A cluster with a controller in which the fleet is ready.</summary>
    private protected async Task<Cluster> StartReadyAsync(ClusterOptions? options = null)
    {
        options ??= Alone;
        var cluster = await StartAsync(options);
        cluster.StartController();
        cluster.Apply(Fleet);
        await ReadyAsync(cluster, options.Nodes);
        return cluster;
    }

    private protected static Task ReadyAsync(Cluster cluster, int nodes = 1, TimeSpan? limit = null) =>
        cluster.UntilAsync(() => Outcome.LacksReadiness(cluster, Fleet, nodes), limit ?? Soon, "the fleet");

    private protected static Task EmptyAsync(Cluster cluster, TimeSpan? limit = null) =>
        cluster.UntilAsync(() => Outcome.HasLeftovers(cluster), limit ?? Soon, "the end without leftovers");

    private protected static Task UntilAsync(Cluster cluster, Func<bool> condition, string what, TimeSpan? limit = null) =>
        cluster.UntilAsync(() => condition() ? null : "not yet", limit ?? Soon, what);

    private protected Task WaitAsync(TimeSpan duration) => Task.Delay(duration, Time);

    private protected static int Calls(Cluster cluster, string action) => cluster.Ec2.Counters.Snapshot()[action].Total;
}
