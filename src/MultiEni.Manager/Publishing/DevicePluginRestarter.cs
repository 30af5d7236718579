using Microsoft.Extensions.Logging;
using MultiEni.Manager.Pods;
using MultiEni.Manager.Settings;
using MultiEni.Manager.Telemetry;

namespace MultiEni.Manager.Publishing;

/// <summary>
/// Has the SR-IOV device plugin of this node read a changed file, by deleting its pod: once for a
/// batch of changes.
/// </summary>
internal sealed class DevicePluginRestarter(
    FileDevicePublisher publisher,
    WakeSignal wake,
    NodePods pods,
    ManagerSettings settings,
    Action settled,
    ManagerMetrics metrics,
    TimeProvider time,
    ILogger logger
)
{
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan EndLimit = TimeSpan.FromMinutes(1);

    /// <summary>Restarts the plugin whenever it has a change to read, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // What a predecessor left undone.
        wake.Set();
        while (true)
        {
            // While no plugin is there, or the API server does not answer, looking again now and
            // then is all that can be done.
            var patience = publisher.RestartDueSince is null ? Timeout.InfiniteTimeSpan : settings.DevicePluginRetryInterval;
            await WaitAsync(patience, cancellationToken);
            await Task.Delay(settings.DevicePluginRestartDelay, time, cancellationToken);
            try
            {
                await RestartAsync(cancellationToken);
            }
            catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                Log.DevicePluginRestartFailed(logger, error);
            }
        }
    }

    private async Task RestartAsync(CancellationToken cancellationToken)
    {
        if (publisher.RestartDueSince is not { } changedAt)
        {
            return;
        }

        var plugins = await PluginsAsync(cancellationToken);
        if (plugins.Count == 0)
        {
            await publisher.PluginSeenAsync(new PluginSight.Missing(), cancellationToken);
            settled();
            return;
        }

        // Restarting one that reads something else would only disturb its pods.
        var readers = plugins.Where(pod => PluginMount.ReadsInstead(pod) is null).ToList();
        if (readers.Count == 0)
        {
            var what = $"pod {plugins[0].Metadata.Namespace}/{plugins[0].Metadata.Name} reads {PluginMount.ReadsInstead(plugins[0])}";
            await publisher.PluginSeenAsync(new PluginSight.ReadsElsewhere(what), cancellationToken);
            settled();
            return;
        }

        // One that started after the change has read it. The API server's clock counts whole
        // seconds.
        var old = readers.Where(pod => !(pod.Metadata.CreationTimestamp > changedAt.AddSeconds(1))).ToList();
        foreach (var pod in old)
        {
            if (!pod.Metadata.IsBeingDeleted && await pods.DeleteAsync(pod, cancellationToken))
            {
                metrics.PluginRestarted();
                Log.DevicePluginRestarted(logger, $"{pod.Metadata.Namespace}/{pod.Metadata.Name}");
            }
        }

        if (await HaveEndedAsync([.. old.Select(pod => pod.Metadata.Uid)], cancellationToken))
        {
            await publisher.PluginReadAsync(changedAt, cancellationToken);
            settled();
        }
    }

    // A deleted pod serves what it has read until its containers have ended, and the node's count
    // is of that. Its object goes after them. Of one that does not end within the limit nothing is
    // assumed: the next attempt looks again.
    private async Task<bool> HaveEndedAsync(HashSet<string?> old, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        for (var pause = FirstLook; old.Count > 0; pause *= 2)
        {
            if (!(await PluginsAsync(cancellationToken)).Exists(pod => old.Contains(pod.Metadata.Uid)))
            {
                break;
            }

            if (time.GetElapsedTime(begun) >= EndLimit)
            {
                return false;
            }

            await Task.Delay(pause, time, cancellationToken);
        }

        return true;
    }

    private async Task<List<Pod>> PluginsAsync(CancellationToken cancellationToken)
    {
        var plugins = new List<Pod>();
        foreach (var inNamespace in settings.DevicePluginNamespaces)
        {
            plugins.AddRange((await pods.ListAsync(inNamespace, cancellationToken)).Where(IsPlugin));
        }

        return plugins;
    }

    private bool IsPlugin(Pod pod) => settings.DevicePluginLabels.Any(label => label.Matches(pod.Metadata));

    private async Task WaitAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var woken = wake.WaitAsync(cancellationToken);
        if (patience == Timeout.InfiniteTimeSpan)
        {
            await woken;
            return;
        }

        // Whoever wakes later finds the count untouched only if this wait is over, so a timeout is
        // a wake of our own.
        if (await Task.WhenAny(woken, Task.Delay(patience, time, cancellationToken)) != woken)
        {
            wake.Set();
        }

        await woken;
    }
}
