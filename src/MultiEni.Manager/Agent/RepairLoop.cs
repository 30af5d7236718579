using Microsoft.Extensions.Logging;
using MultiEni.Manager.Publishing;
using MultiEni.Operator.Queues;

namespace MultiEni.Manager.Agent;

/// <summary>Looks at everything now and then, in case an announcement was lost or somebody changed the device plugin's file.</summary>
internal sealed class RepairLoop(IDevicePublisher publisher, BootGuard boot, WorkEnqueuer wake, TimeSpan interval, TimeProvider time, ILogger logger)
{
    /// <summary>Repairs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            try
            {
                // Before it has taken over what its predecessor offered, a publisher would repair that away.
                if (boot.HasRead)
                {
                    await publisher.RepairAsync(cancellationToken);
                }
            }
            catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                Log.RepairFailed(logger, error);
            }

            wake.Everything(WorkPriority.Repair);
        }
    }
}
