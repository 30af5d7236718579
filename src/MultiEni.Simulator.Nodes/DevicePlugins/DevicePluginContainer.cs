using System.Text.Json.Nodes;
using MultiEni.Simulator.Nodes.Cluster;
using MultiEni.Simulator.Nodes.Kubelets;

namespace MultiEni.Simulator.Nodes.DevicePlugins;

/// <summary>
/// The container of the SR-IOV device plugin on one node, as its kubelet runs it.
/// </summary>
internal sealed class DevicePluginContainer(Kubelet kubelet, ClusterPart part, SimulatedHost host, string file, ClusterMachineryOptions options)
{
    private const string ConfigMapText = """{"resourceList":[{"resourceName":"from_the_configmap","selectors":{"vendors":["8086"]}}]}""";

    private static readonly Dictionary<string, IReadOnlyList<string>> Nothing = new(StringComparer.Ordinal);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private ClusterObject? _pod;
    private int _restarts;

    // Counts pods and starts, so that a timer of an earlier one is recognised.
    private int _generation;

    /// <summary>What it logged at its last start.</summary>
    internal IReadOnlyList<string> Log { get; private set; } = [];

    /// <summary>Whether a pod is one of the device plugin.</summary>
    internal bool IsForIt(ClusterObject seen) =>
        options.DevicePlugin is not null
        && seen.Namespace == options.DevicePluginNamespace
        && seen.Metadata.Label("app") == DevicePluginDaemon.AppLabel;

    /// <summary>The plugin's pod of this node was seen.</summary>
    internal async Task SeePodAsync(ClusterObject seen, bool gone)
    {
        if (!gone && !seen.Metadata.IsBeingDeleted)
        {
            if (_pod?.Uid != seen.Uid)
            {
                _pod = seen;
                _restarts = 0;
                StartLater(options.Timings.PluginStart);
            }

            return;
        }

        if (_pod?.Uid == seen.Uid)
        {
            _pod = null;
            await StopAsync();
        }

        if (!gone)
        {
            await part.RemovePodAsync(seen.Key, seen.Uid);
        }
    }

    /// <summary>
    /// The node rebooted: the container starts again and reads whatever the file says now.
    /// </summary>
    internal async Task SeeRebootAsync()
    {
        await StopAsync();
        _restarts++;
        StartLater(options.Timings.PluginStart);
    }

    private void StartLater(TimeSpan delay)
    {
        var expected = ++_generation;
        part.PostLater(delay, () => expected == _generation && _pod is { } current && host.Up ? StartAsync(current) : Task.CompletedTask);
    }

    private Task StopAsync()
    {
        _generation++;
        return kubelet.SeePluginAsync(Nothing);
    }

    private async Task StartAsync(ClusterObject current)
    {
        var text = options.DevicePluginReadsConfigMap ? ConfigMapText : ReadFile();
        var run = DevicePlugin.Start(text, options.DevicePlugin!.Value, host.Devices(), host.Network());
        Log = run.Log;
        switch (run)
        {
            case DevicePluginRun.Serving serving:
                await kubelet.SeePluginAsync(serving.Devices);
                await WriteStatusAsync(current, PodStatuses.Running(current, host.PrimaryAddress, host.PrimaryAddress, Now(), _restarts, Nothing));
                break;
            case DevicePluginRun.Crashed crashed:
                var pause = Pause();
                var status = PodStatuses.Waiting(
                    current,
                    "Running",
                    host.PrimaryAddress,
                    Now(),
                    _restarts,
                    "CrashLoopBackOff",
                    $"back-off {pause.TotalSeconds:0}s restarting failed container=kube-sriovdp pod={current.Name}_{current.Namespace}",
                    crashed.ExitCode
                );
                _restarts++;
                // Whoever reads of the pause may rely on its having begun.
                StartLater(pause);
                await WriteStatusAsync(current, status);
                break;
        }
    }

    private Task<ClusterObject?> WriteStatusAsync(ClusterObject current, JsonObject status) =>
        part.WritePodStatusAsync(current.Key, current.Uid, status);

    private TimeSpan Pause()
    {
        var pause = options.Timings.CrashLoopPause;
        for (var i = 0; i < _restarts && pause < LongestPause; i++)
        {
            pause *= 2;
        }

        return pause < LongestPause ? pause : LongestPause;
    }

    private string Now() => PodStatuses.Time(options.TimeProvider);

    private string? ReadFile()
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
