using System.Text.Json.Nodes;
using MultiEni.Simulator.Cluster.DevicePlugins;
using MultiEni.Simulator.Cluster.Scheduling;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Cluster.Kubelets;

/// <summary>The kubelets of all nodes: start and end pods, and give them devices. Called by one <see cref="Sequencer"/> only.</summary>
internal sealed class Kubelet(ObjectStore store, Sequencer sequencer, ClusterTimings timings, TimeProvider time)
{
    /// <summary>Annotation with the devices of a pod: JSON of PCI addresses by resource.</summary>
    internal const string DevicesAnnotation = "simulator/allocated-devices";

    /// <summary>Annotation with what the device plugin put into the containers' environment: JSON of values by name.</summary>
    internal const string EnvironmentAnnotation = "simulator/environment";

    /// <summary>Annotation with the device nodes of the containers: JSON of host paths by container path.</summary>
    internal const string DeviceNodesAnnotation = "simulator/device-nodes";

    private const string AdmissionError = "UnexpectedAdmissionError";

    /// <summary>A pod of this node was seen.</summary>
    internal void SeePod(ClusterNode node, JsonObject pod)
    {
        if (pod.IsBeingDeleted)
        {
            End(node, pod);
        }
        else if (pod.Phase == "Pending" && !node.Pods.ContainsKey(pod.Uid) && IsStillPending(pod))
        {
            var running = new RunningPod(pod.Namespace, pod.Name, pod.Uid, pod);
            node.Pods.Add(pod.Uid, running);
            sequencer.PostLater(timings.PodStart, () => Start(node, running));
        }
        else if (pod.Phase is "Failed" or "Succeeded")
        {
            Forget(node, pod.Uid);
        }
    }

    /// <summary>A pod is gone from the API: its containers end.</summary>
    internal static void Forget(ClusterNode node, string uid)
    {
        if (node.Pods.Remove(uid, out var pod))
        {
            pod.LetGo();
            node.ShowPodDevices();
        }
    }

    /// <summary>The node rebooted: pods with devices are not admitted again, because the plugin has registered nothing yet (kubernetes/kubernetes#128043).</summary>
    internal void SeeReboot(ClusterNode node)
    {
        foreach (var pod in node.Pods.Values.ToList())
        {
            pod.Holds.Clear();
            if (pod.Devices.Count > 0)
            {
                Fail(node, pod, pod.Devices.Keys.First(), requested: 1, available: 0);
            }
        }
    }

    // What was seen may be older than what this kubelet wrote itself.
    private bool IsStillPending(JsonObject pod) =>
        store.Find("pods", pod.Name, pod.Namespace) is { IsBeingDeleted: false, Phase: "Pending" } live && live.Uid == pod.Uid;

    private void Start(ClusterNode node, RunningPod pod)
    {
        if (pod.Stopping || !node.Host.Up || !node.Pods.TryGetValue(pod.Uid, out var current) || !ReferenceEquals(current, pod))
        {
            return;
        }

        if (pod.Allocating || (pod.Devices.Count == 0 && !Choose(node, pod)))
        {
            return;
        }

        if (pod.Devices.Keys.Any(resource => node.Devices.SourceOf(resource) == DeviceSource.Socket && !pod.Grants.ContainsKey(resource)))
        {
            pod.Allocating = true;
            _ = AllocateAsync(node, pod, [.. pod.Devices]);
        }
        else
        {
            node.ShowPodDevices();
            Run(node, pod);
        }
    }

    // The plugin is asked without holding up the rest of the cluster.
    private async Task AllocateAsync(ClusterNode node, RunningPod pod, IReadOnlyList<KeyValuePair<string, IReadOnlyList<string>>> chosen)
    {
        var grants = new Dictionary<string, KubeletAllocation>(StringComparer.Ordinal);
        string? refusal = null;
        try
        {
            foreach (var (resource, devices) in chosen)
            {
                if (node.DeviceManager.Resources.Contains(resource, StringComparer.Ordinal))
                {
                    grants[resource] = await node.DeviceManager.AllocateAsync(resource, devices, sequencer.Stopping);
                }
            }
        }
        catch (PluginCallException refused)
        {
            refusal = refused.Message;
        }

        sequencer.Post(() => SeeAllocation(node, pod, grants, refusal));
    }

    private void SeeAllocation(ClusterNode node, RunningPod pod, Dictionary<string, KubeletAllocation> grants, string? refusal)
    {
        pod.Allocating = false;
        if (pod.Stopping || !node.Pods.TryGetValue(pod.Uid, out var current) || !ReferenceEquals(current, pod))
        {
            return;
        }

        if (refusal is not null)
        {
            Forget(node, pod.Uid);
            WriteStatus(pod, PodStatuses.Failed(AdmissionError, $"Allocate failed due to {refusal}, which is unexpected", Now()));
            return;
        }

        foreach (var (resource, grant) in grants)
        {
            pod.Grants[resource] = grant;
        }

        node.ShowPodDevices();
        Run(node, pod);
    }

    /// <summary>Shows in the Node what the node counts.</summary>
    internal void ReportDevices(ClusterNode node)
    {
        try
        {
            store.Change("nodes", node.Name, node.Devices.Write, WriteOptions.Status);
        }
        catch (StatusException)
        {
            // The Node was deleted; nothing shows its resources.
        }
    }

    /// <summary>A program registered a resource at the kubelet's socket.</summary>
    internal void SeeRegistration(ClusterNode node, string resource)
    {
        node.Devices.Register(resource, DeviceSource.Socket);
        ReportDevices(node);
    }

    /// <summary>A program that registered announced devices, or ended.</summary>
    internal void SeeDevices(ClusterNode node, string resource, IReadOnlyList<KubeletDevice> devices)
    {
        node.Devices.Announce(resource, DeviceSource.Socket, [.. devices.Where(device => device.Healthy).Select(device => device.Id)]);
        ReportDevices(node);
    }

    private bool Choose(ClusterNode node, RunningPod pod)
    {
        foreach (var (resource, count) in PodNeeds.Of(pod.Manifest).Devices)
        {
            var free = Free(node, resource);
            if (free.Count < count)
            {
                Fail(node, pod, resource, count, free.Count);
                return false;
            }

            pod.Devices[resource] = free[..count];
        }

        return true;
    }

    private static List<string> Free(ClusterNode node, string resource)
    {
        var taken = node.Pods.Values.SelectMany(pod => pod.Devices.GetValueOrDefault(resource, [])).ToHashSet(StringComparer.Ordinal);
        return [.. node.Devices.Of(resource).Where(address => !taken.Contains(address))];
    }

    private void Run(ClusterNode node, RunningPod pod)
    {
        try
        {
            foreach (var address in pod.Devices.Values.SelectMany(addresses => addresses))
            {
                if (node.Host.Device(address) is { Driver: "vfio-pci" or "igb_uio" or "uio_pci_generic" } or null)
                {
                    pod.Holds.Add(node.Host.HoldOpen(address));
                }
            }
        }
        catch (IOException refused)
        {
            pod.LetGo();
            WriteStatus(
                pod,
                PodStatuses.Waiting(pod.Manifest, "Pending", HostAddress(node), Now(), 0, "CreateContainerError", refused.Message, exitCode: null)
            );
            sequencer.PostLater(timings.ContainerRetry, () => Start(node, pod));
            return;
        }

        var allocated = new JsonArray();
        foreach (var (resource, addresses) in pod.Devices)
        {
            var devices = new JsonArray();
            foreach (var address in addresses)
            {
                devices.Add((JsonNode)new JsonObject { ["resourceID"] = address, ["health"] = "Healthy" });
            }

            allocated.Add((JsonNode)new JsonObject { ["name"] = resource, ["resources"] = devices });
        }

        WriteStatus(pod, PodStatuses.Running(pod.Manifest, HostAddress(node), PodAddress(pod), Now(), restarts: 0, allocated), Annotations(pod));
    }

    private static JsonObject? Annotations(RunningPod pod)
    {
        if (pod.Devices.Count == 0)
        {
            return null;
        }

        var devices = new JsonObject();
        var environment = new JsonObject();
        var nodes = new JsonObject();
        foreach (var (resource, addresses) in pod.Devices)
        {
            devices[resource] = new JsonArray([.. addresses.Select(address => (JsonNode)address)]);
            if (!pod.Grants.TryGetValue(resource, out var grant))
            {
                environment[AllocatedEnvironment.NameFor(resource)] = AllocatedEnvironment.ValueFor(addresses);
                continue;
            }

            foreach (var (name, value) in grant.Environment)
            {
                environment[name] = value;
            }

            foreach (var node in grant.DeviceNodes)
            {
                nodes[node.ContainerPath] = node.HostPath;
            }
        }

        return new JsonObject
        {
            [DevicesAnnotation] = devices.ToJsonString(),
            [EnvironmentAnnotation] = environment.ToJsonString(),
            [DeviceNodesAnnotation] = nodes.ToJsonString(),
        };
    }

    private void End(ClusterNode node, JsonObject pod)
    {
        if (!node.Pods.TryGetValue(pod.Uid, out var running))
        {
            Delete(pod.Namespace, pod.Name, pod.Uid);
            return;
        }

        if (running.Stopping)
        {
            return;
        }

        running.Stopping = true;
        var grace = TimeSpan.FromSeconds(pod["metadata"]?["deletionGracePeriodSeconds"]?.GetValue<long>() ?? 0);
        sequencer.PostLater(
            timings.PodStop < grace ? timings.PodStop : grace,
            () =>
            {
                Forget(node, running.Uid);
                Delete(running.Namespace, running.Name, running.Uid);
            }
        );
    }

    private void Fail(ClusterNode node, RunningPod pod, string resource, int requested, int available)
    {
        var message =
            node.Devices.Of(resource).Count > 0
                ? $"Allocate failed due to requested number of devices unavailable for {resource}. Requested: {requested}, Available: {available}, which is unexpected"
                : $"Allocate failed due to no healthy devices present; cannot allocate unhealthy devices {resource}, which is unexpected";
        Forget(node, pod.Uid);
        WriteStatus(pod, PodStatuses.Failed(AdmissionError, message, Now()));
    }

    private void WriteStatus(RunningPod pod, JsonObject status, JsonObject? annotations = null)
    {
        try
        {
            store.Change(
                "pods",
                pod.Name,
                live =>
                {
                    if (live.Uid == pod.Uid)
                    {
                        live["status"] = status.DeepClone();
                        if (annotations is not null)
                        {
                            var present = live["metadata"]!["annotations"] as JsonObject ?? [];
                            live["metadata"]!["annotations"] = present;
                            foreach (var (key, value) in annotations)
                            {
                                present[key] = value?.DeepClone();
                            }
                        }
                    }
                },
                WriteOptions.Status,
                pod.Namespace
            );
        }
        catch (StatusException)
        {
            // The pod went meanwhile; its watch event ends its containers.
        }
    }

    private void Delete(string podNamespace, string name, string uid)
    {
        try
        {
            store.Delete("pods", name, podNamespace, RemovalOptions.Default with { GracePeriodSeconds = 0, Uid = uid });
        }
        catch (StatusException)
        {
            // Somebody else removed it, which is what was wanted.
        }
    }

    private string Now() => PodStatuses.Time(time);

    private static string HostAddress(ClusterNode node) => node.Host.PrimaryAddress;

    private static string PodAddress(RunningPod pod)
    {
        // Any address that differs from pod to pod will do: nothing routes it.
        var hash = Convert.FromHexString(pod.Uid.Replace("-", "", StringComparison.Ordinal));
        return $"100.64.{hash[0]}.{hash[1]}";
    }
}
