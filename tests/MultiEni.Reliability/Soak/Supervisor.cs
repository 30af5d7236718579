using MultiEni.Reliability.Lab;

namespace MultiEni.Reliability.Soak;

/// <summary>Keeps two controllers running, as a Deployment with two replicas does: whichever ends is followed by another.</summary>
internal sealed class Supervisor(Cluster cluster)
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);
    private readonly List<Incarnation> running = [];

    /// <summary>How many processes ended, by crash, by request or because they lost the lease.</summary>
    public int Ended { get; private set; }

    public IReadOnlyList<Incarnation> Running => [.. running];

    /// <summary>Replaces what has ended.</summary>
    public async Task TendAsync()
    {
        foreach (var controller in running.Where(controller => controller.HasEnded || controller.IsDead).ToList())
        {
            await controller.EndAsync();
            running.Remove(controller);
            Ended++;
        }

        while (running.Count < 2)
        {
            running.Add(cluster.StartController());
        }
    }

    /// <summary>Asks one of them to end, as before a rollout.</summary>
    public async Task StopAsync(Incarnation controller)
    {
        await controller.EndAsync();
        await Task.Delay(Moment, cluster.Time);
    }
}
