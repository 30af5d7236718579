using Microsoft.Extensions.Logging;
using MultiEni.Manager.Host;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Telemetry;
using MultiEni.Operator.Queues;

namespace MultiEni.Manager.Agent;

/// <summary>Wakes the agent when the kernel announces something.</summary>
internal sealed class HostListener(
    IHostEvents events,
    IDevicePublisher publisher,
    BootGuard boot,
    NodeView view,
    WorkEnqueuer wake,
    TimeProvider time,
    ILogger logger
)
{
    private const string Overrun = "overrun";
    private static readonly TimeSpan AgainDelay = TimeSpan.FromSeconds(1);

    /// <summary>Listens until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var window = new WakeWindow(() => wake.Everything(WorkPriority.Urgent), time);
        while (true)
        {
            try
            {
                await foreach (var announced in events.WatchAsync(cancellationToken))
                {
                    // The routes of pods and of other nodes come and go by the thousand.
                    if (announced.Subsystem == HostEvent.Route && !view.HasLink(announced.Subject, boot.Last))
                    {
                        continue;
                    }

                    boot.Changed();
                    // Before anything else: a pod must not get a device that is gone.
                    if (announced.Subsystem == HostEvent.Pci || announced.Subject == Overrun)
                    {
                        await publisher.CheckAsync(cancellationToken);
                    }

                    window.Signal();
                }

                Log.AnnouncementsEnded(logger, "end of stream");
            }
            catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                Log.AnnouncementsEnded(logger, error.Message);
            }

            // What was announced while nobody listened is lost.
            await Task.Delay(AgainDelay, time, cancellationToken);
            boot.Changed();
            wake.Everything(WorkPriority.Normal);
        }
    }
}

/// <summary>
/// Looks at everything now and then, in case an announcement was lost or somebody changed the
/// device plugin's file.
/// </summary>
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
                // Before it has taken over what its predecessor offered, a publisher would repair
                // that away.
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
