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

        if (pod.Devices.Count > 0 || Allocate(node, pod))
        {
            Run(node, pod);
        }
    }

    private bool Allocate(ClusterNode node, RunningPod pod)
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
        return [.. node.Offered.GetValueOrDefault(resource, []).Where(address => !taken.Contains(address))];
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
        foreach (var (resource, addresses) in pod.Devices)
        {
            devices[resource] = new JsonArray([.. addresses.Select(address => (JsonNode)address)]);
            environment[AllocatedEnvironment.NameFor(resource)] = AllocatedEnvironment.ValueFor(addresses);
        }

        return new JsonObject { [DevicesAnnotation] = devices.ToJsonString(), [EnvironmentAnnotation] = environment.ToJsonString() };
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
        var message = node.Offered.ContainsKey(resource)
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
