using System.Text.Json.Nodes;
using MultiEni.Simulator.Nodes.Cluster;

namespace MultiEni.Simulator.Nodes.Scheduling;

/// <summary>
/// The claim that the scheduler makes for a pod which requests extended resources that a device
/// class has (KEP-5004).
/// </summary>
internal static class ExtendedClaim
{
    private const string Annotation = "resource.kubernetes.io/extended-resource-claim";

    /// <summary>The claim for those resources of a pod.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="classes">The class of each resource.</param>
    internal static JsonObject Of(ClusterObject pod, IReadOnlyDictionary<string, string> classes)
    {
        var requests = Requests(pod, classes)
            .Select(request =>
                (JsonNode)
                    new JsonObject
                    {
                        ["name"] = request.Name,
                        ["exactly"] = new JsonObject
                        {
                            ["deviceClassName"] = classes[request.Resource],
                            ["allocationMode"] = "ExactCount",
                            ["count"] = (long)request.Count,
                        },
                    }
            );
        return new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{pod.Name}-extended-resources-{pod.Uid[..5]}",
                ["namespace"] = pod.Namespace,
                ["annotations"] = new JsonObject { [Annotation] = "true" },
                ["ownerReferences"] = new JsonArray(
                    new JsonObject
                    {
                        ["apiVersion"] = "v1",
                        ["kind"] = "Pod",
                        ["name"] = pod.Name,
                        ["uid"] = pod.Uid,
                        ["controller"] = true,
                        ["blockOwnerDeletion"] = true,
                    }
                ),
            },
            ["spec"] = new JsonObject { ["devices"] = new JsonObject { ["requests"] = new JsonArray([.. requests]) } },
        };
    }

    /// <summary>What stands in <c>status.extendedResourceClaimStatus</c> of the pod.</summary>
    internal static JsonObject StatusOf(ClusterObject pod, string claim, IReadOnlyDictionary<string, string> classes) =>
        new()
        {
            ["resourceClaimName"] = claim,
            ["requestMappings"] = new JsonArray([
                .. Requests(pod, classes)
                    .Select(request =>
                        (JsonNode)
                            new JsonObject
                            {
                                ["containerName"] = request.Container,
                                ["resourceName"] = request.Resource,
                                ["requestName"] = request.Name,
                            }
                    ),
            ]),
        };

    private static IEnumerable<(string Name, string Container, string Resource, int Count)> Requests(
        ClusterObject pod,
        IReadOnlyDictionary<string, string> classes
    ) =>
        pod.Containers.SelectMany(
            (container, number) =>
                PodNeeds
                    .DevicesOf(container)
                    .Where(device => classes.ContainsKey(device.Resource))
                    .Select(
                        (device, index) =>
                            ($"container-{number}-request-{index}", container["name"]!.GetValue<string>(), device.Resource, device.Count)
                    )
        );
}
