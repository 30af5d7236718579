using MultiEni.Reliability.Lab;

namespace MultiEni.Reliability.Soak;

/// <summary>
/// Keeps two controllers running, as a Deployment with two replicas does: whichever ends is
/// followed by another.
/// </summary>
internal sealed class Supervisor(Cluster cluster)
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);
    private readonly List<ProcessRun> _running = [];

    /// <summary>
    /// How many processes ended, by crash, by request or because they lost the lease.
    /// </summary>
    public int Ended { get; private set; }

    public IReadOnlyList<ProcessRun> Running => [.. _running];

    /// <summary>Replaces what has ended.</summary>
    public async Task TendAsync()
    {
        foreach (var controller in _running.Where(controller => controller.HasEnded || controller.IsDead).ToList())
        {
            await controller.EndAsync();
            _running.Remove(controller);
            Ended++;
        }

        while (_running.Count < 2)
        {
            _running.Add(cluster.StartController());
        }
    }

    /// <summary>Asks one of them to end, as before a rollout.</summary>
    public async Task StopAsync(ProcessRun controller)
    {
        await controller.EndAsync();
        await Task.Delay(Moment, cluster.Time);
    }
}
