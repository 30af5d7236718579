using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Schema;

namespace MultiEni.Simulator.Kubernetes.Apply;

/// <summary>How server-side apply divides an object of one resource into fields that can be owned.</summary>
internal sealed class MergeRules
{
    private static readonly ListSemantics Atomic = new ListSemantics.Atomic();
    private static readonly ListSemantics Granular = new ListSemantics.Granular();
    private static readonly ListSemantics Set = new ListSemantics.Set();

    // Merge keys of the lists in built-in types, by field name; the same name means the same thing wherever it occurs in them.
    private static readonly Dictionary<string, ListSemantics> BuiltInLists = new(StringComparer.Ordinal)
    {
        ["conditions"] = new ListSemantics.Map(["type"]),
        ["containers"] = new ListSemantics.Map(["name"]),
        ["initContainers"] = new ListSemantics.Map(["name"]),
        ["ephemeralContainers"] = new ListSemantics.Map(["name"]),
        ["volumes"] = new ListSemantics.Map(["name"]),
        ["env"] = new ListSemantics.Map(["name"]),
        ["volumeMounts"] = new ListSemantics.Map(["mountPath"]),
        ["volumeDevices"] = new ListSemantics.Map(["devicePath"]),
        ["imagePullSecrets"] = new ListSemantics.Map(["name"]),
        ["secrets"] = new ListSemantics.Map(["name"]),
        ["hostAliases"] = new ListSemantics.Map(["ip"]),
        ["ports"] = new ListSemantics.Map(["containerPort", "port", "protocol"]),
    };

    private static readonly HashSet<string> BuiltInAtomicMaps = new(StringComparer.Ordinal)
    {
        "selector",
        "nodeSelector",
        "matchLabels",
        "fieldRef",
        "secretKeyRef",
        "configMapKeyRef",
        "resourceFieldRef",
        "nodeAffinity",
    };

    private readonly CustomResourceSchema? _schema;

    public MergeRules(ResourceDefinition resource) => _schema = resource.Schema;

    /// <summary>How the value at a path is merged; list entries are the step <c>[]</c>.</summary>
    public ListSemantics At(IReadOnlyList<string> path, JsonNode? value)
    {
        var rule = path.Count == 0 ? Granular : Rule(path);
        return (rule, value) switch
        {
            (ListSemantics.Granular, JsonObject) => Granular,
            (ListSemantics.Map, JsonArray) => rule,
            (ListSemantics.Set, JsonArray) => rule,
            // Inside an entry of a map list the schema may speak of the list itself.
            (ListSemantics.Map, JsonObject) => Granular,
            _ => Atomic,
        };
    }

    private ListSemantics Rule(IReadOnlyList<string> path)
    {
        var last = path[^1];
        if (path[0] == "metadata")
        {
            return (path.Count, last) switch
            {
                (2, "finalizers") => Set,
                (2, "ownerReferences") => new ListSemantics.Map(["uid"]),
                _ => Granular,
            };
        }

        if (_schema is not null)
        {
            return _schema.ListAt(path);
        }

        return BuiltInLists.TryGetValue(last, out var list) ? list
            : BuiltInAtomicMaps.Contains(last) ? Atomic
            : Granular;
    }
}
