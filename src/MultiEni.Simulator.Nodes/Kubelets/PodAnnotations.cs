using System.Text.Json.Nodes;
using MultiEni.Simulator.Nodes.Cluster;
using MultiEni.Simulator.Nodes.DevicePlugins;

namespace MultiEni.Simulator.Nodes.Kubelets;

/// <summary>
/// What a container would see of its devices, as annotations of the pod: there is no container to
/// look into.
/// </summary>
internal static class PodAnnotations
{
    /// <summary>Annotation with the devices of a pod: JSON of PCI addresses by resource.</summary>
    internal const string Devices = "simulator/allocated-devices";

    /// <summary>
    /// Annotation with what the device plugin put into the containers' environment: JSON of values
    /// by name.
    /// </summary>
    internal const string Environment = "simulator/environment";

    /// <summary>
    /// Annotation with the device nodes of the containers: JSON of host paths by container path.
    /// </summary>
    internal const string DeviceNodes = "simulator/device-nodes";

    /// <summary>Those of a running pod; null when it has no devices.</summary>
    internal static JsonObject? Of(RunningPod pod)
    {
        if (pod.Devices.Count == 0 && pod.Edits is null)
        {
            return null;
        }

        var held = new JsonObject();
        foreach (var claim in (pod.Claimed ?? []).Select(device => device.Claim.Name).Distinct(StringComparer.Ordinal))
        {
            held[$"claim {claim}"] = new JsonArray([.. pod.ClaimedAddresses.Select(address => (JsonNode)address)]);
        }

        var environment = new JsonObject();
        var nodes = new JsonObject();
        foreach (var (name, value) in pod.Edits?.Environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            environment[name] = value;
        }

        foreach (var (path, host) in pod.Edits?.DeviceNodes ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            nodes[path] = host;
        }

        foreach (var (resource, addresses) in pod.Devices)
        {
            held[resource] = new JsonArray([.. addresses.Select(address => (JsonNode)address)]);
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
            [Devices] = held.ToJsonString(),
            [Environment] = environment.ToJsonString(),
            [DeviceNodes] = nodes.ToJsonString(),
        };
    }
}
