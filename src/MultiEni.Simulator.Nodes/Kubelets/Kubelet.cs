using System.Text.Json.Nodes;
using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Client;
using MultiEni.Operator.Informers;
using MultiEni.Simulator.Nodes.Cluster;
using MultiEni.Simulator.Nodes.DevicePlugins;
using MultiEni.Simulator.Nodes.Kubelets.Claims;
using MultiEni.Simulator.Nodes.Scheduling;

namespace MultiEni.Simulator.Nodes.Kubelets;

/// <summary>The kubelet of one node: starts and ends its pods, and gives them devices.</summary>
internal sealed class Kubelet : IAsyncDisposable
{
    private const string AdmissionError = "UnexpectedAdmissionError";

    private readonly Dictionary<string, RunningPod> _pods = new(StringComparer.Ordinal);
    private readonly HashSet<string> _finished = new(StringComparer.Ordinal);
    private readonly NodeDevices _devices = new();
    private readonly ClusterPart _part;
    private readonly SimulatedHost _host;
    private readonly KubeletDeviceManager _deviceManager;
    private readonly DevicePluginContainer _plugin;
    private readonly NodeClaims _claims;
    private readonly ClusterMachineryOptions _options;

    internal Kubelet(SimulatedHost host, string pluginFile, KubeletDeviceManager deviceManager, ClusterMachineryOptions options)
    {
        _host = host;
        _deviceManager = deviceManager;
        _options = options;
        _part = new ClusterPart(options.Api, "kubelet", options.As(Identities.Kubelet(host.Name)), options.TimeProvider);
        _claims = new NodeClaims(_part, host.Name, deviceManager);
        _plugin = new DevicePluginContainer(this, _part, host, pluginFile, options);
    }

    /// <summary>The machine that it runs on: another one may come under the same name.</summary>
    internal string InstanceId => _host.InstanceId;

    /// <summary>A bug that stopped it, or null.</summary>
    internal Exception? Failure => _part.Failure;

    /// <summary>Registers the node and begins to run its pods.</summary>
    /// <exception cref="KubernetesApiException">There is a Node of that name already.</exception>
    internal async Task StartAsync(NodeRegistration registration, CancellationToken cancellationToken)
    {
        var node = new ClusterObject(NodeManifest.Of(registration, _host, _options.Guest, Now()));
        var presence = new NodePresence(_part, _host.Name, _options.TimeProvider);
        await presence.RegisterAsync(node, cancellationToken);
        _deviceManager.Registered += (_, seen) => _part.Post(() => SeeRegistrationAsync(seen.Resource));
        _deviceManager.Changed += (_, seen) =>
        {
            var announced = _deviceManager.Devices(seen.Resource);
            _part.Post(() => SeeDevicesAsync(seen.Resource, announced));
        };
        _host.ProcessesLost += (_, _) => _part.Post(() => _host.Up ? SeeRebootAsync() : Task.CompletedTask);
        var own = new InformerScope { FieldSelector = $"spec.nodeName={_host.Name}" };
        await _part.FollowAsync(ClusterKinds.Pods, own, SeePodAsync, cancellationToken);
        if (_options.Guest is not null)
        {
            _part.Post(presence.RenewAsync);
        }
    }

    /// <summary>What the device plugin logged at its last start.</summary>
    internal async Task<IReadOnlyList<string>> PluginLogAsync(CancellationToken cancellationToken)
    {
        await _part.DrainAsync(cancellationToken);
        return _plugin.Log;
    }

    /// <summary>
    /// The device plugin of the node's own pod offers these devices and no others.
    /// </summary>
    internal Task SeePluginAsync(IReadOnlyDictionary<string, IReadOnlyList<string>> offered)
    {
        _devices.Stop(DeviceSource.SriovPlugin);
        foreach (var (resource, addresses) in offered)
        {
            _devices.Register(resource, DeviceSource.SriovPlugin);
            _devices.Announce(resource, DeviceSource.SriovPlugin, addresses);
        }

        return ReportDevicesAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _part.DisposeAsync();
        foreach (var uid in _pods.Keys.ToList())
        {
            Forget(uid);
        }
    }

    private async Task SeePodAsync(ClusterObject pod, bool gone)
    {
        if (_plugin.IsForIt(pod))
        {
            await _plugin.SeePodAsync(pod, gone);
        }
        else if (gone)
        {
            if (_pods.TryGetValue(pod.Uid, out var orphaned) && orphaned is { Claimed: not null, Stopping: false })
            {
                // Its object was deleted by force; its containers have yet to end.
                orphaned.Stopping = true;
                _part.PostLater(_options.Timings.PodStop, () => EndContainersAsync(orphaned));
                return;
            }

            Forget(pod.Uid);
            _finished.Remove(pod.Uid);
        }
        else if (pod.Metadata.IsBeingDeleted)
        {
            await EndAsync(pod);
        }
        else if (pod.Phase == "Pending" && !_pods.ContainsKey(pod.Uid) && !_finished.Contains(pod.Uid))
        {
            var running = new RunningPod(pod);
            _pods.Add(pod.Uid, running);
            _part.PostLater(_options.Timings.PodStart, () => StartAsync(running));
        }
        else if (pod.Phase is "Failed" or "Succeeded")
        {
            Forget(pod.Uid);
        }
    }

    // A pod is gone, or has failed: its containers end.
    private void Forget(string uid)
    {
        if (_pods.Remove(uid, out var pod))
        {
            pod.LetGo();
            ShowPodDevices();
        }
    }

    // Pods with devices are not admitted again, because the plugin has registered nothing yet
    // (kubernetes/kubernetes#128043).
    private async Task SeeRebootAsync()
    {
        foreach (var pod in _pods.Values.ToList())
        {
            pod.Holds.Clear();
            if (pod.Devices.Count > 0)
            {
                await FailAsync(pod, pod.Devices.Keys.First(), requested: 1, available: 0);
            }
        }

        await _plugin.SeeRebootAsync();
    }

    private bool Runs(RunningPod pod) => !pod.Stopping && _pods.TryGetValue(pod.Uid, out var current) && ReferenceEquals(current, pod);

    private async Task StartAsync(RunningPod pod)
    {
        if (!_host.Up || !Runs(pod) || pod.Allocating || (pod.Devices.Count == 0 && !await ChooseAsync(pod)))
        {
            return;
        }

        if (pod.Devices.Keys.Any(resource => _devices.SourceOf(resource) == DeviceSource.Socket && !pod.Grants.ContainsKey(resource)))
        {
            pod.Allocating = true;
            _ = AllocateAsync(pod, [.. pod.Devices]);
        }
        else if (pod.Claimed is null && PodClaims.Of(pod.Manifest).Count > 0)
        {
            pod.Allocating = true;
            _ = PrepareAsync(pod);
        }
        else
        {
            ShowPodDevices();
            await RunAsync(pod);
        }
    }

    // As with plugins, a driver is asked without holding up the other pods.
    private async Task PrepareAsync(RunningPod pod)
    {
        try
        {
            var granted = await _claims.PrepareAsync(pod.Manifest);
            var edits = ContainerEdits.Read(_deviceManager.CdiFolder, granted.SelectMany(device => device.Device.CdiDevices));
            var addresses = await _claims.AddressesAsync(granted);
            _part.Post(() =>
            {
                pod.Allocating = false;
                (pod.Claimed, pod.Edits, pod.ClaimedAddresses) = (granted, edits, addresses);
                return pod.Stopping || !Runs(pod) ? Task.CompletedTask : StartAsync(pod);
            });
        }
        catch (PluginCallException failed)
        {
            _part.Post(() =>
            {
                pod.Allocating = false;
                return RetryLaterAsync(pod, "ContainerCreating", failed.Message);
            });
        }
        catch (OperationCanceledException)
        {
            // The kubelet ends.
        }
    }

    private async Task RetryLaterAsync(RunningPod pod, string reason, string message)
    {
        if (!Runs(pod))
        {
            return;
        }

        var waiting = PodStatuses.Waiting(pod.Manifest, "Pending", _host.PrimaryAddress, Now(), 0, reason, message, exitCode: null);
        _part.PostLater(_options.Timings.ContainerRetry, () => StartAsync(pod));
        await _part.WritePodStatusAsync(pod.Key, pod.Uid, waiting);
    }

    // The plugin is asked without holding up the other pods.
    private async Task AllocateAsync(RunningPod pod, IReadOnlyList<KeyValuePair<string, IReadOnlyList<string>>> chosen)
    {
        var grants = new Dictionary<string, KubeletAllocation>(StringComparer.Ordinal);
        string? refusal = null;
        try
        {
            foreach (var (resource, ids) in chosen)
            {
                if (_deviceManager.Resources.Contains(resource, StringComparer.Ordinal))
                {
                    grants[resource] = await _deviceManager.AllocateAsync(resource, ids, _part.Stopping);
                }
            }
        }
        catch (PluginCallException refused)
        {
            refusal = refused.Message;
        }

        _part.Post(() => SeeAllocationAsync(pod, grants, refusal));
    }

    private async Task SeeAllocationAsync(RunningPod pod, Dictionary<string, KubeletAllocation> grants, string? refusal)
    {
        pod.Allocating = false;
        if (!Runs(pod))
        {
            return;
        }

        if (refusal is not null)
        {
            await RefuseAsync(pod, $"Allocate failed due to {refusal}, which is unexpected");
            return;
        }

        foreach (var (resource, grant) in grants)
        {
            pod.Grants[resource] = grant;
        }

        ShowPodDevices();
        await RunAsync(pod);
    }

    private Task SeeRegistrationAsync(string resource)
    {
        _devices.Register(resource, DeviceSource.Socket);
        return ReportDevicesAsync();
    }

    // A program that registered announced devices, or ended.
    private Task SeeDevicesAsync(string resource, IReadOnlyList<KubeletDevice> announced)
    {
        _devices.Announce(resource, DeviceSource.Socket, [.. announced.Where(device => device.Healthy).Select(device => device.Id)]);
        return ReportDevicesAsync();
    }

    private async Task ReportDevicesAsync()
    {
        var patch = new JsonObject
        {
            ["status"] = new JsonObject { ["capacity"] = _devices.Counts(), ["allocatable"] = _devices.Counts() },
        };
        await _part.AskAsync((client, stop) => client.MergePatchAsync(ClusterKinds.Nodes, ObjectKey.Cluster(_host.Name), patch, "status", stop));
    }

    private async Task<bool> ChooseAsync(RunningPod pod)
    {
        foreach (var (resource, count) in PodNeeds.Of(pod.Manifest).Without([.. PodClaims.ResourcesOf(pod.Manifest)]).Devices)
        {
            var free = Free(resource);
            if (free.Count < count)
            {
                await FailAsync(pod, resource, count, free.Count);
                return false;
            }

            pod.Devices[resource] = free[..count];
        }

        return true;
    }

    private List<string> Free(string resource)
    {
        var taken = _pods.Values.SelectMany(pod => pod.Devices.GetValueOrDefault(resource, [])).ToHashSet(StringComparer.Ordinal);
        return [.. _devices.Of(resource).Where(address => !taken.Contains(address))];
    }

    // The pod resources socket tells which pods have which devices.
    private void ShowPodDevices()
    {
        var held = _pods
            .Values.SelectMany(pod =>
                pod.Devices.Select(given => new KubeletPodDevices(
                    pod.Manifest.Namespace,
                    pod.Manifest.Name,
                    PodNeeds.ContainerWith(pod.Manifest, given.Key),
                    given.Key,
                    given.Value
                ))
            )
            .ToList();
        _deviceManager.PodDevices = () => held;
    }

    private async Task RunAsync(RunningPod pod)
    {
        try
        {
            foreach (var address in pod.Devices.Values.SelectMany(addresses => addresses).Concat(pod.ClaimedAddresses))
            {
                if (_host.Device(address) is { Driver: "vfio-pci" or "igb_uio" or "uio_pci_generic" } or null)
                {
                    pod.Holds.Add(_host.HoldOpen(address));
                }
            }
        }
        catch (IOException refused)
        {
            pod.LetGo();
            await RetryLaterAsync(pod, "CreateContainerError", refused.Message);
            return;
        }

        var running = PodStatuses.Running(pod.Manifest, _host.PrimaryAddress, PodAddress(pod), Now(), restarts: 0, pod.Devices);
        await _part.WritePodStatusAsync(pod.Key, pod.Uid, running, PodAnnotations.Of(pod));
    }

    private async Task EndAsync(ClusterObject pod)
    {
        if (!_pods.TryGetValue(pod.Uid, out var running))
        {
            await _part.RemovePodAsync(pod.Key, pod.Uid);
            return;
        }

        if (running.Stopping)
        {
            return;
        }

        running.Stopping = true;
        var grace = TimeSpan.FromSeconds(pod["metadata"]?["deletionGracePeriodSeconds"]?.GetValue<long>() ?? 0);
        _part.PostLater(_options.Timings.PodStop < grace ? _options.Timings.PodStop : grace, () => EndContainersAsync(running));
    }

    // A pod stays until its claims are unprepared, however long that takes.
    private async Task EndContainersAsync(RunningPod pod)
    {
        pod.LetGo();
        if (pod.Claimed is not { } granted)
        {
            Forget(pod.Uid);
            await _part.RemovePodAsync(pod.Key, pod.Uid);
            return;
        }

        var others = _pods
            .Values.Where(other => other != pod)
            .SelectMany(other => other.Claimed ?? [])
            .Select(device => device.Claim.Uid)
            .ToHashSet(StringComparer.Ordinal);
        _ = UnprepareAsync(pod, granted, others);
    }

    private async Task UnprepareAsync(RunningPod pod, IReadOnlyList<GrantedDevice> granted, HashSet<string> others)
    {
        try
        {
            await _claims.UnprepareAsync(granted, others);
            _part.Post(() =>
            {
                pod.Claimed = null;
                return EndContainersAsync(pod);
            });
        }
        catch (PluginCallException)
        {
            _part.PostLater(_options.Timings.ContainerRetry, () => EndContainersAsync(pod));
        }
        catch (OperationCanceledException)
        {
            // The kubelet ends.
        }
    }

    private Task FailAsync(RunningPod pod, string resource, int requested, int available) =>
        RefuseAsync(
            pod,
            _devices.Of(resource).Count > 0
                ? $"Allocate failed due to requested number of devices unavailable for {resource}. Requested: {requested}, Available: {available}, which is unexpected"
                : $"Allocate failed due to no healthy devices present; cannot allocate unhealthy devices {resource}, which is unexpected"
        );

    private async Task RefuseAsync(RunningPod pod, string message)
    {
        Forget(pod.Uid);
        // The watch may still show it as it was before.
        _finished.Add(pod.Uid);
        await _part.WritePodStatusAsync(pod.Key, pod.Uid, PodStatuses.Failed(AdmissionError, message, Now()));
    }

    private string Now() => PodStatuses.Time(_options.TimeProvider);

    private static string PodAddress(RunningPod pod)
    {
        // Any address that differs from pod to pod will do: nothing routes it.
        var hash = Convert.FromHexString(pod.Uid.Replace("-", "", StringComparison.Ordinal));
        return $"100.64.{hash[0]}.{hash[1]}";
    }
}
