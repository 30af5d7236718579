using System.Collections.Concurrent;
using MultiEni.Scenarios.KubernetesApi;
using MultiEni.Scenarios.Staging;
using MultiEni.Simulator.Kubernetes;
using MultiEni.Simulator.Kubernetes.Faults;

namespace MultiEni.Scenarios.Stories;

/// <summary>
/// A real API server answers a write before its watches show it. What the product sends must not
/// depend on how far they are behind. Needs the simulated cluster for ready devices.
/// </summary>
[NeedsSimulatedApiServer]
public class LaggingWatchStories
{
    private const int Nodes = 6;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task ENIs_come_and_go_without_a_conflict_and_without_a_request_too_many(int seed)
    {
        const int acceleration = 10;
        await using var stage = await Stage.StartAsync(
            new StageOptions
            {
                ApiServer = new KubernetesApiChoice.Simulator(),
                Nodes = Nodes,
                Acceleration = acceleration,
                // 5 to 300 real milliseconds.
                Cluster = options =>
                    options with
                    {
                        WatchLag = new WatchLag(TimeSpan.FromMilliseconds(5 * acceleration), TimeSpan.FromMilliseconds(300 * acceleration), seed),
                    },
            }
        );
        var writes = new ConcurrentQueue<(RequestInfo Request, int Code)>();
        stage.Cluster.Kubernetes.Faults.AfterRequest = (request, code) =>
        {
            if (request.IsWrite && request.User.Contains("eni-", StringComparison.Ordinal))
            {
                writes.Enqueue((request, code));
            }

            return ValueTask.FromResult<FaultAction?>(null);
        };

        await stage.ApplyAsync(Manifests.NodeEni("lagging", "enableDPDK: true"));
        await stage.UntilReadyAsync("lagging", Nodes);
        Assert.Equal(Nodes, Count("eni-controller", "patch", "eniattachments"));
        Assert.Equal(Nodes, Count("eni-manager", "patch", "eniattachments"));
        // The clock of this cluster runs ten times as fast as the machine: what is quick elsewhere
        // may last here, and is told then.
        Assert.InRange(Count("eni-controller", "patch", "eniattachments", "status"), 2 * Nodes, 3 * Nodes);
        Assert.InRange(Count("eni-manager", "patch", "eniattachments", "status"), Nodes, 2 * Nodes);

        await stage.DeleteNodeEniAsync("lagging");
        await stage.UntilGoneAsync("lagging");
        await stage.AssertNothingLeftAsync();

        var refused = writes
            .Where(write => write.Code >= 400)
            .Select(write => $"{write.Request.User} {write.Request.Verb} {write.Request.Path}: {write.Code}");
        Assert.True(!refused.Any(), string.Join("\n", refused));
        Assert.Equal(Nodes, Count("eni-controller", "delete", "eniattachments"));
        // Created, and the last finalizer; the agent's added and removed.
        Assert.Equal(2 * Nodes, Count("eni-controller", "patch", "eniattachments"));
        Assert.Equal(2 * Nodes, Count("eni-manager", "patch", "eniattachments"));
        Assert.Equal(2, Count("eni-controller", "patch", "nodeenis"));
        Assert.Equal(0, Count("eni-manager", "create", "events"));

        int Count(string program, string verb, string resource, string subresource = "") =>
            writes.Count(write =>
                write.Request.User.EndsWith($":{program}", StringComparison.Ordinal)
                && write.Request.Verb == verb
                && write.Request.Resource == resource
                && write.Request.Subresource == subresource
            );
    }
}
