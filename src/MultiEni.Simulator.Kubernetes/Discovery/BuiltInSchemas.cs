using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Resources;

namespace MultiEni.Simulator.Kubernetes.Discovery;

/// <summary>Schemas for <c>kubectl explain</c>. Custom ones are those of their definitions; built-in ones name the outline only.</summary>
internal static class BuiltInSchemas
{
    private const string Metadata = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
    private const string ListMetadata = "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta";
    private const string Conventions = "More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md";
    private const string OwnerReference = "io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference";

    /// <summary>The schemas that all documents share.</summary>
    public static void AddShared(JsonObject schemas)
    {
        schemas[ListMetadata] = new JsonObject
        {
            ["description"] = "ListMeta is what every list has: its version, and where to go on when it is one page of several.",
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                ["resourceVersion"] = Text("The version of the list."),
                ["continue"] = Text("Asks for the next page."),
            },
        };
        schemas[Metadata] = new JsonObject
        {
            ["description"] = "ObjectMeta is what every stored object has: its name, its version, its labels, and who owns it.",
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                ["name"] = Text("Unique among the objects of a kind, within a namespace if the kind has them."),
                ["namespace"] = Text("The space within which the name is unique."),
                ["generateName"] = Text("A prefix from which the server makes a unique name."),
                ["uid"] = Text("Tells an object from another of the same name at another time."),
                ["resourceVersion"] = Text("Opaque version of the object; a write that carries it fails when it is stale."),
                ["generation"] = new JsonObject
                {
                    ["type"] = "integer",
                    ["format"] = "int64",
                    ["description"] = "Counts the changes of the wanted state.",
                },
                ["creationTimestamp"] = Text("When the server stored the object."),
                ["deletionTimestamp"] = Text("When the object is to be gone; set by the server when its deletion is asked for."),
                ["labels"] = Map("Selectable key-value pairs."),
                ["annotations"] = Map("Key-value pairs that are not selectable."),
                ["finalizers"] = new JsonObject
                {
                    ["type"] = "array",
                    ["items"] = new JsonObject { ["type"] = "string" },
                    ["description"] = "Who must still act before the object goes away.",
                    ["x-kubernetes-list-type"] = "set",
                    ["x-kubernetes-patch-strategy"] = "merge",
                },
                ["ownerReferences"] = new JsonObject
                {
                    ["type"] = "array",
                    ["items"] = Wrapped(OwnerReference),
                    ["description"] = "The objects whose deletion makes this one garbage.",
                    ["x-kubernetes-list-map-keys"] = new JsonArray("uid"),
                    ["x-kubernetes-list-type"] = "map",
                    ["x-kubernetes-patch-merge-key"] = "uid",
                    ["x-kubernetes-patch-strategy"] = "merge",
                },
            },
        };
        schemas[OwnerReference] = new JsonObject
        {
            ["description"] = "OwnerReference names an owning object.",
            ["type"] = "object",
            ["required"] = new JsonArray("apiVersion", "kind", "name", "uid"),
            ["properties"] = new JsonObject
            {
                ["apiVersion"] = Text("The owner's API version."),
                ["kind"] = Text("The owner's kind."),
                ["name"] = Text("The owner's name."),
                ["uid"] = Text("The owner's uid."),
                ["controller"] = new JsonObject { ["type"] = "boolean", ["description"] = "Whether the owner manages this object." },
                ["blockOwnerDeletion"] = new JsonObject
                {
                    ["type"] = "boolean",
                    ["description"] = "Whether a foreground deletion of the owner waits for this object.",
                },
            },
        };
    }

    /// <summary>The schema of one kind.</summary>
    public static JsonObject Of(ResourceDefinition resource)
    {
        var schema = resource.OpenApiSchema?.Copy() ?? Outline(resource);
        if (schema["properties"] is JsonObject properties)
        {
            AddIdentity(properties, Metadata, $"Standard object's metadata. {Conventions}#metadata");
        }

        return Complete(schema, resource, KindOf(resource));
    }

    /// <summary>The schema of a list of one kind.</summary>
    public static JsonObject OfList(ResourceDefinition resource)
    {
        var properties = new JsonObject();
        AddIdentity(properties, ListMetadata, $"Standard list metadata. {Conventions}#types-kinds");
        properties["items"] = new JsonObject
        {
            ["description"] = $"List of {resource.Plural}. {Conventions}",
            ["type"] = "array",
            ["items"] = Reference(NameOf(resource)),
        };
        var schema = new JsonObject
        {
            ["description"] = $"{resource.ListKind} is a list of {resource.Kind}",
            ["type"] = "object",
            ["required"] = new JsonArray("items"),
            ["properties"] = properties,
        };
        var kind = KindOf(resource);
        kind["kind"] = resource.ListKind;
        return Complete(schema, resource, kind);
    }

    private static JsonObject Complete(JsonObject schema, ResourceDefinition resource, JsonObject kind)
    {
        if (resource.IsCustom && resource.SelectableFields.Count > 0)
        {
            schema["x-kubernetes-selectable-fields"] = new JsonArray([
                .. resource.SelectableFields.Select(static field => (JsonNode)new JsonObject { ["fieldPath"] = field }),
            ]);
        }

        schema["x-kubernetes-group-version-kind"] = new JsonArray(kind);
        return schema;
    }

    private static void AddIdentity(JsonObject properties, string metadataSchema, string metadataDescription)
    {
        properties["apiVersion"] = Text(
            "APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal "
                + $"value, and may reject unrecognized values. {Conventions}#resources"
        );
        properties["kind"] = Text(
            "Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits "
                + $"requests to. Cannot be updated. In CamelCase. {Conventions}#types-kinds"
        );
        var metadata = Wrapped(metadataSchema);
        metadata["description"] = metadataDescription;
        properties["metadata"] = metadata;
    }

    /// <summary>The name of a kind's schema: the group reversed, then version and kind.</summary>
    public static string NameOf(ResourceDefinition resource)
    {
        if (!resource.IsCustom)
        {
            var group = resource.Group.Length == 0 ? "core" : resource.Group.Split('.')[0];
            return $"io.k8s.api.{group}.{resource.Version}.{resource.Kind}";
        }

        return $"{string.Join('.', resource.Group.Split('.').Reverse())}.{resource.Version}.{resource.Kind}";
    }

    public static JsonObject KindOf(ResourceDefinition resource) =>
        new()
        {
            ["group"] = resource.Group,
            ["version"] = resource.Version,
            ["kind"] = resource.Kind,
        };

    public static JsonObject Reference(string schema) => new() { ["$ref"] = "#/components/schemas/" + schema };

    // A reference cannot carry a default beside it, so the API server wraps it.
    private static JsonObject Wrapped(string schema) => new() { ["default"] = new JsonObject(), ["allOf"] = new JsonArray(Reference(schema)) };

    private static JsonObject Outline(ResourceDefinition resource)
    {
        var properties = new JsonObject();
        foreach (var field in Fields(resource))
        {
            properties[field] = new JsonObject
            {
                ["type"] = "object",
                ["description"] = $"The {field} of the {resource.Kind}. This simulated API server stores it as it is given.",
                ["x-kubernetes-preserve-unknown-fields"] = true,
            };
        }

        return new JsonObject
        {
            ["description"] = $"{resource.Kind}, a built-in type that this simulated API server knows in outline.",
            ["type"] = "object",
            ["properties"] = properties,
        };
    }

    private static IEnumerable<string> Fields(ResourceDefinition resource) =>
        resource.Kind switch
        {
            "ConfigMap" or "Secret" => ["data"],
            "Lease" => ["spec"],
            _ when resource.HasStatus => ["spec", "status"],
            _ => [],
        };

    private static JsonObject Text(string description) => new() { ["type"] = "string", ["description"] = description };

    private static JsonObject Map(string description) =>
        new()
        {
            ["type"] = "object",
            ["additionalProperties"] = new JsonObject { ["type"] = "string" },
            ["description"] = description,
        };
}
