using System.Text.Json.Nodes;
using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Client;

namespace MultiEni.Simulator.Nodes.Cluster;

/// <summary>
/// What the node controllers of a cluster do: let pods onto nodes that are ready, and clear away
/// what is left of nodes that are gone.
/// </summary>
internal sealed class NodeLifecycle(ClusterPart part)
{
    // The API server gives it to every new node
    // (https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#taintnodesbycondition).
    private const string NotReady = "node.kubernetes.io/not-ready";

    /// <summary>
    /// Takes the taint of new nodes from one whose kubelet says that it is ready.
    /// </summary>
    internal async Task AdmitAsync(string name)
    {
        while (await FindAsync(name) is { } node && node["spec"]?["taints"] is JsonArray taints && taints.Any(IsNotReady))
        {
            JsonNode?[] others = [.. taints.Where(taint => !IsNotReady(taint)).Select(taint => taint!.DeepClone())];
            var patch = new JsonObject
            {
                ["metadata"] = new JsonObject { ["resourceVersion"] = node.Metadata.ResourceVersion },
                ["spec"] = new JsonObject { ["taints"] = others.Length == 0 ? null : new JsonArray(others) },
            };
            await part.AskAsync((client, stop) => client.MergePatchAsync(ClusterKinds.Nodes, node.Key, patch, subresource: null, stop));
        }
    }

    /// <summary>
    /// Deletes the Node of a machine that is gone; another machine may have come under the same
    /// name.
    /// </summary>
    /// <returns>Whether no Node is left of it.</returns>
    internal async Task<bool> DeleteAsync(string name, string instanceId)
    {
        if (await FindAsync(name) is not { } node)
        {
            return true;
        }

        if (node["spec"]?["providerID"]?.GetValue<string>().EndsWith(instanceId, StringComparison.Ordinal) is not true)
        {
            return false;
        }

        var options = new DeleteOptions { Uid = node.Uid };
        await part.AskAsync((client, stop) => client.DeleteAsync(ClusterKinds.Nodes, node.Key, options, stop));
        return true;
    }

    /// <summary>Removes the pods of a node that is gone.</summary>
    internal async Task CollectPodsAsync(string node)
    {
        var ofNode = new ListOptions { FieldSelector = $"spec.nodeName={node}" };
        var pods = await part.AskAsync((client, stop) => client.ListAsync(ClusterKinds.Pods, ofNode, stop));
        foreach (var pod in pods?.Items ?? [])
        {
            await part.RemovePodAsync(pod.Key, pod.Uid);
        }
    }

    private Task<ClusterObject?> FindAsync(string name) =>
        part.AskAsync((client, stop) => client.GetAsync(ClusterKinds.Nodes, ObjectKey.Cluster(name), stop));

    private static bool IsNotReady(JsonNode? taint) => taint?["key"]?.GetValue<string>() == NotReady;
}
