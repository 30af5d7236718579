using Microsoft.Extensions.Logging;
using MultiEni.Manager.Publishing;
using MultiEni.Operator.Queues;

namespace MultiEni.Manager.Agent;

/// <summary>Looks at everything now and then, in case an announcement was lost or somebody changed the device plugin's file.</summary>
public sealed class RepairLoop(IDevicePublisher publisher, AgentWake wake, TimeSpan interval, TimeProvider time, ILogger logger)
{
    /// <summary>Repairs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            try
            {
                await publisher.RepairAsync(cancellationToken);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                Log.RepairFailed(logger, error);
            }

            wake.Everything(WorkPriority.Repair);
        }
    }
}
