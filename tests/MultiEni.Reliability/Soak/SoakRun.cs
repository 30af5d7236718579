using MultiEni.Reliability.Lab;
using MultiEni.Simulator.Kubernetes;
using MultiEni.VirtualTime;

namespace MultiEni.Reliability.Soak;

/// <summary>
/// One seeded run: bad times for twenty minutes or so of the cluster's time, then calm, in which
/// everything must come right.
/// </summary>
internal sealed class SoakRun(int seed, VirtualClock time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(40);

    // Every second run has the ENI managers themselves, with devices that are bound and offered.
    private readonly bool _hasManagers = seed % 2 == 1;

    private ClusterOptions Options =>
        new()
        {
            RealManagers = _hasManagers,
            WatchLag = WatchLag.Typical with { Seed = seed },
            Nodes = 3,
            Controller = new ClusterOptions().Controller with
            {
                LeaseDuration = TimeSpan.FromSeconds(15),
                RenewDeadline = TimeSpan.FromSeconds(10),
                RetryPeriod = TimeSpan.FromSeconds(2),
            },
        };

    /// <summary>What the run went through, for the report.</summary>
    public string Summary { get; private set; } = "";

    /// <summary>Runs to the end.</summary>
    /// <returns>What was wrong and after what, or null.</returns>
    public async Task<string?> RunAsync(CancellationToken cancellationToken)
    {
        await using var cluster = await Cluster.StartAsync(Options, time, cancellationToken);
        var weather = new FaultPlan(seed);
        var supervisor = new Supervisor(cluster);
        var story = new SoakStory(seed, cluster, weather, supervisor);
        cluster.Decide = weather.Decide;
        try
        {
            await supervisor.TendAsync();
            await story.PlayAsync(cancellationToken);
            weather.IsBad = false;
            await CalmAsync(cluster, supervisor, story);
            var calls = cluster.Ec2.Counters.Snapshot().Timeline.Count;
            var managers = cluster.Machines is { } machines ? $"{machines.Started} ENI managers started" : "no ENI managers";
            Summary =
                $"{story.Deeds.Count} deeds, {managers}, {supervisor.Ended} controllers ended, {calls} EC2 calls, {time.GetUtcNow():HH:mm:ss} on its clock";
            return null;
        }
        catch (ReliabilityException wrong)
        {
            var ec2 = cluster
                .Ec2.Counters.Snapshot()
                .Timeline.TakeLast(40)
                .Select(call =>
                    $"{call.ReceivedAt:HH:mm:ss} {call.Action} {call.ResourceId} {call.ErrorCode}{(call.Answered ? "" : " (no answer)")}"
                );
            return $"seed {seed}: {wrong.Message}\n{string.Join('\n', story.Deeds)}\n--\n{string.Join('\n', ec2)}\n--\n{cluster.Log}";
        }
    }

    private static async Task CalmAsync(Cluster cluster, Supervisor supervisor, SoakStory story)
    {
        await TendedAsync(cluster, supervisor, story, () => Lacks(cluster, story), "everything that is wanted");
        foreach (var nodeEni in story.Wanted)
        {
            cluster.Delete(nodeEni.Name);
        }

        await TendedAsync(cluster, supervisor, null, () => Outcome.HasLeftovers(cluster), "the end without leftovers");
    }

    private static string? Lacks(Cluster cluster, SoakStory story)
    {
        foreach (var nodeEni in story.Wanted)
        {
            if (Outcome.LacksReadiness(cluster, nodeEni, story.SelectedNodes) is { } lack)
            {
                return lack;
            }
        }

        return Outcome.HasStrays(cluster);
    }

    private static async Task TendedAsync(Cluster cluster, Supervisor supervisor, SoakStory? story, Func<string?> missing, string what)
    {
        var done = cluster.UntilAsync(missing, Patience, what);
        while (!done.IsCompleted)
        {
            await supervisor.TendAsync();
            story?.Persist();
            await Task.WhenAny(done, Task.Delay(TimeSpan.FromSeconds(5), cluster.Time));
        }

        await done;
    }
}
