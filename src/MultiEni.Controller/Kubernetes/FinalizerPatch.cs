using System.Text.Json.Nodes;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Controller.Kubernetes;

/// <summary>
/// A merge patch that replaces an object's finalizers. It carries the resource version, because it replaces the whole list: without it
/// a finalizer that somebody added meanwhile would be lost.
/// </summary>
internal static class FinalizerPatch
{
    public static JsonNode For(ObjectMeta metadata, IEnumerable<string> finalizers) =>
        new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["uid"] = metadata.Uid,
                ["resourceVersion"] = metadata.ResourceVersion,
                ["finalizers"] = new JsonArray([.. finalizers.Select(finalizer => (JsonNode)finalizer)]),
            },
        };
}
