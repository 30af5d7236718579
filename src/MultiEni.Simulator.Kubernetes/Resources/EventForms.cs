using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Resources;

/// <summary>
/// An event in the form of the core group, in which it is kept, and in that of
/// <c>events.k8s.io</c>.
/// </summary>
internal static class EventForms
{
    private static readonly (string Core, string Events)[] Names =
    [
        ("involvedObject", "regarding"),
        ("message", "note"),
        ("source", "deprecatedSource"),
        ("firstTimestamp", "deprecatedFirstTimestamp"),
        ("lastTimestamp", "deprecatedLastTimestamp"),
        ("count", "deprecatedCount"),
        ("reportingComponent", "reportingController"),
    ];

    /// <summary>An object as it is kept.</summary>
    public static JsonObject ToStored(ResourceDefinition resource, JsonObject obj) =>
        resource.StoredAs is { } stored ? Rename(obj, stored, static name => (name.Events, name.Core)) : obj;

    /// <summary>A kept object as the resource shows it.</summary>
    public static JsonObject FromStored(ResourceDefinition resource, JsonObject obj) =>
        resource.StoredAs is null ? obj : Rename(obj, resource, static name => (name.Core, name.Events));

    /// <summary>A kept object as the resource shows it.</summary>
    public static StoredObject FromStored(ResourceDefinition resource, StoredObject obj) =>
        resource.StoredAs is null ? obj : StoredObject.Freeze(resource, FromStored(resource, obj.Thaw()), obj.ResourceVersion);

    private static JsonObject Rename(
        JsonObject obj,
        ResourceDefinition resource,
        Func<(string Core, string Events), (string From, string To)> direction
    )
    {
        var renamed = new JsonObject { ["apiVersion"] = resource.ApiVersion, ["kind"] = resource.Kind };
        foreach (var (field, value) in obj.Where(static field => field.Key is not ("apiVersion" or "kind")))
        {
            var name = Array.Find(Names, name => direction(name).From == field);
            renamed[name == default ? field : direction(name).To] = value?.DeepClone();
        }

        // Each form leaves out other fields when they are empty.
        return resource.Type is { } type ? Types.Decoding.Decode(renamed, type, []) : renamed;
    }
}
