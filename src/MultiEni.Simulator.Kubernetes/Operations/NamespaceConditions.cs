using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Operations;

/// <summary>What a namespace tells of the objects that hold up its deletion.</summary>
internal static class NamespaceConditions
{
    public static JsonArray Of(IReadOnlyList<(ResourceDefinition Resource, StoredObject Object)> remaining, string now, JsonArray? before)
    {
        var resources = remaining
            .GroupBy(static entry => entry.Resource.GroupResource, StringComparer.Ordinal)
            .OrderBy(static group => group.Key, StringComparer.Ordinal)
            .Select(static group =>
                $"{(group.Key.Contains('.', StringComparison.Ordinal) ? group.Key : group.Key + ".")} has {group.Count()} resource instances"
            );
        var finalizers = remaining
            .SelectMany(static entry => entry.Object.Thaw().Metadata().Texts("finalizers"))
            .GroupBy(static finalizer => finalizer, StringComparer.Ordinal)
            .OrderBy(static group => group.Key, StringComparer.Ordinal)
            .Select(static group => $"{group.Key} in {group.Count()} resource instances")
            .ToList();
        return new JsonArray(
            Condition("NamespaceDeletionDiscoveryFailure", "False", "ResourcesDiscovered", "All resources successfully discovered"),
            Condition("NamespaceDeletionGroupVersionParsingFailure", "False", "ParsedGroupVersions", "All legacy kube types successfully parsed"),
            Condition(
                "NamespaceDeletionContentFailure",
                "False",
                "ContentDeleted",
                "All content successfully deleted, may be waiting on finalization"
            ),
            Condition("NamespaceContentRemaining", "True", "SomeResourcesRemain", $"Some resources are remaining: {string.Join(", ", resources)}"),
            finalizers.Count > 0
                ? Condition(
                    "NamespaceFinalizersRemaining",
                    "True",
                    "SomeFinalizersRemain",
                    $"Some content in the namespace has finalizers remaining: {string.Join(", ", finalizers)}"
                )
                : Condition("NamespaceFinalizersRemaining", "False", "ContentHasNoFinalizers", "All content-preserving finalizers finished")
        );

        JsonObject Condition(string type, string status, string reason, string message)
        {
            var old = (before ?? []).OfType<JsonObject>().FirstOrDefault(condition => condition.Text("type") == type);
            return new JsonObject
            {
                ["type"] = type,
                ["status"] = status,
                ["lastTransitionTime"] = old.Text("status") == status ? old.Text("lastTransitionTime") : now,
                ["reason"] = reason,
                ["message"] = message,
            };
        }
    }
}
