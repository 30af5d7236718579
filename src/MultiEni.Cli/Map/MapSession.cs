using MultiEni.Cli.Cluster;

namespace MultiEni.Cli.Map;

/// <summary>The map of a cluster, from the first list until disposed.</summary>
internal sealed class MapSession : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly ClusterFollower _follower;
    private readonly MapServer _server;
    private readonly Task _followed;

    private MapSession(ClusterFollower follower, MapServer server, BudgetFollower budget)
    {
        _follower = follower;
        _server = server;
        _followed = FollowAsync(budget);
    }

    /// <summary>The address of the page, with its secret.</summary>
    public Uri Address => _server.Address;

    /// <summary>Completes with an error if following the cluster fails for good, which is a bug.</summary>
    public Task Followed => _followed;

    /// <summary>Starts it.</summary>
    /// <param name="connection">The cluster.</param>
    /// <param name="metrics">Reads the controller's metrics; null for those that the API server passes on.</param>
    /// <param name="port">Port on 127.0.0.1; 0 for a free one.</param>
    /// <param name="time">Clock.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<MapSession> StartAsync(
        ClusterConnection connection,
        Func<CancellationToken, Task<string>>? metrics,
        int port,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var feed = new MapFeed();
        var follower = new ClusterFollower(connection, feed, time);
        await follower.CheckAsync(cancellationToken);
        var server = await MapServer.StartAsync(port, feed, follower.StoryAsync, time, cancellationToken);
        return new MapSession(follower, server, new BudgetFollower(metrics ?? new ControllerMetrics(connection).ReadAsync, feed, time));
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _server.DisposeAsync();
        await _followed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _follower.Dispose();
        _ending.Dispose();
    }

    private async Task FollowAsync(BudgetFollower budget)
    {
        try
        {
            await Loops.RunAsync(_ending.Token, _follower.RunAsync, budget.RunAsync);
        }
        catch (Exception) when (!_ending.IsCancellationRequested)
        {
            // A page that is told of nothing any more must not say that it is live.
            await _server.DisposeAsync();
            throw;
        }
    }
}
