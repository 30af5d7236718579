using Microsoft.Extensions.Logging;
using MultiEni.Manager.Host;
using MultiEni.Manager.Publishing;
using MultiEni.Operator.Queues;

namespace MultiEni.Manager.Agent;

/// <summary>Wakes the agent when the kernel announces something (rule 15).</summary>
public sealed class HostListener(IHostEvents events, IDevicePublisher publisher, AgentWake wake, TimeProvider time, ILogger logger)
{
    private const string PciSubsystem = "pci";
    private const string Overrun = "overrun";
    private static readonly TimeSpan AgainDelay = TimeSpan.FromSeconds(1);

    /// <summary>Listens until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await foreach (var announced in events.WatchAsync(cancellationToken))
                {
                    // Before anything else: a pod must not get a device that is gone.
                    if (announced.Subsystem == PciSubsystem || announced.Subject == Overrun)
                    {
                        await publisher.CheckAsync(cancellationToken);
                    }

                    wake.Everything(WorkPriority.Urgent);
                }

                Log.AnnouncementsEnded(logger, "end of stream");
            }
            catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                Log.AnnouncementsEnded(logger, error.Message);
            }

            // What was announced while nobody listened is lost.
            await Task.Delay(AgainDelay, time, cancellationToken);
            wake.Everything(WorkPriority.Normal);
        }
    }
}
