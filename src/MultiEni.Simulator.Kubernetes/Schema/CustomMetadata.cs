using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>The metadata of custom objects and of objects embedded in them, which the server reads into a type of its own: ObjectMeta.</summary>
internal static class CustomMetadata
{
    private static readonly HashSet<string> Fields = new(StringComparer.Ordinal)
    {
        "name",
        "generateName",
        "namespace",
        "selfLink",
        "uid",
        "resourceVersion",
        "generation",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "labels",
        "annotations",
        "ownerReferences",
        "finalizers",
        "managedFields",
    };

    /// <summary>Drops what ObjectMeta does not have, in place.</summary>
    /// <returns>The names of those fields.</returns>
    public static List<string> Prune(JsonObject metadata)
    {
        var unknown = metadata.Select(static field => field.Key).Where(static name => !Fields.Contains(name)).ToList();
        unknown.ForEach(name => metadata.Remove(name));
        return unknown;
    }
}
