using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Http;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Types;

namespace MultiEni.Simulator.Kubernetes.Discovery;

/// <summary>
/// OpenAPI documents: one for each group and version, in which kubectl looks whether a write takes
/// <c>fieldValidation</c> and <c>dryRun</c>. Those of custom resources have their schemas, too, for
/// <c>kubectl explain</c>.
/// </summary>
internal static class OpenApiDocuments
{
    private const string Metadata = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
    private const string ListMetadata = "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta";
    private const string Conventions = "More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md";

    private static readonly string[] WriteParameters = ["dryRun", "fieldManager", "fieldValidation"];

    /// <summary>
    /// A document that holds nothing but its version: field 1, "2.0". Newer clients read version 3
    /// for everything that they need.
    /// </summary>
    public static Answer.Body Version2(string accept) =>
        accept.Contains("protobuf", StringComparison.Ordinal)
            ? new Answer.Body(200, "\n\u00032.0"u8.ToArray(), "application/com.github.proto-openapi.spec.v2@v1.0+protobuf")
            : throw new NotSimulatedException("OpenAPI version 2 as JSON; version 3 is there");

    /// <summary>Where the documents are.</summary>
    public static JsonObject Index(ResourceRegistry registry)
    {
        var paths = new JsonObject();
        foreach (var root in registry.All.Select(static resource => resource.RootPath.TrimStart('/')).Distinct(StringComparer.Ordinal))
        {
            paths[root] = new JsonObject { ["serverRelativeURL"] = "/openapi/v3/" + root };
        }

        return new JsonObject { ["paths"] = paths };
    }

    /// <summary>
    /// The document of a group and version, such as <c>apis/apps/v1</c>; null when it is not
    /// served.
    /// </summary>
    public static JsonObject? Document(ResourceRegistry registry, string root)
    {
        var resources = registry.All.Where(resource => resource.RootPath == "/" + root).ToList();
        if (resources.Count == 0)
        {
            return null;
        }

        var paths = new JsonObject();
        var schemas = new JsonObject
        {
            [Metadata] = SchemaOf(BuiltInTypes.Metadata),
            [ListMetadata] = new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject { ["resourceVersion"] = Text(), ["continue"] = Text() },
            },
        };
        foreach (var resource in resources)
        {
            AddPaths(paths, resource);
            if (resource.OpenApiSchema is { } schema)
            {
                schemas[NameOf(resource)] = Kind(resource, schema.Copy());
                schemas[NameOf(resource) + "List"] = List(resource);
            }
        }

        return new JsonObject
        {
            ["openapi"] = "3.0.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = "v1.36.0" },
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = schemas },
        };
    }

    private static void AddPaths(JsonObject paths, ResourceDefinition resource)
    {
        var collection = resource.RootPath + (resource.Namespaced ? "/namespaces/{namespace}/" : "/") + resource.Plural;
        paths[collection] = new JsonObject
        {
            ["get"] = Operation(resource, "list", "list", []),
            ["post"] = Operation(resource, "post", "create", WriteParameters),
            ["delete"] = Operation(resource, "deletecollection", "delete", ["dryRun"]),
        };
        var one = new JsonObject
        {
            ["get"] = Operation(resource, "get", "read", []),
            ["put"] = Operation(resource, "put", "replace", WriteParameters),
            ["patch"] = Operation(resource, "patch", "patch", [.. WriteParameters, "force"]),
        };
        if (resource.HasStatus)
        {
            var status = one.Copy();
            foreach (var (_, operation) in status)
            {
                operation!["operationId"] += "Status";
            }

            paths[collection + "/{name}/status"] = status;
        }

        one["delete"] = Operation(resource, "delete", "delete", ["dryRun"]);
        paths[collection + "/{name}"] = one;
    }

    private static JsonObject Operation(ResourceDefinition resource, string action, string verb, string[] parameters)
    {
        var group = (resource.Group.Length == 0 ? "core" : resource.Group).Split('.').Append(resource.Version);
        var id = verb + string.Concat(group.Select(static part => char.ToUpperInvariant(part[0]) + part[1..]));
        return new JsonObject
        {
            ["operationId"] = $"{id}{(action == "deletecollection" ? "Collection" : "")}{(resource.Namespaced ? "Namespaced" : "")}{resource.Kind}",
            ["parameters"] = new JsonArray([
                .. parameters.Select(static name =>
                    (JsonNode)
                        new JsonObject
                        {
                            ["name"] = name,
                            ["in"] = "query",
                            ["schema"] = Text(),
                        }
                ),
            ]),
            ["responses"] = new JsonObject { ["200"] = new JsonObject { ["description"] = "OK" } },
            ["x-kubernetes-action"] = action,
            ["x-kubernetes-group-version-kind"] = resource.GroupVersionKind,
        };
    }

    private static JsonObject Kind(ResourceDefinition resource, JsonObject schema)
    {
        if (schema["properties"] is JsonObject properties)
        {
            AddIdentity(properties, Metadata, $"Standard object's metadata. {Conventions}#metadata");
        }

        return Complete(schema, resource, resource.Kind);
    }

    private static JsonObject List(ResourceDefinition resource)
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
        return Complete(schema, resource, resource.ListKind);
    }

    private static JsonObject Complete(JsonObject schema, ResourceDefinition resource, string kind)
    {
        if (resource.SelectableFields.Count > 0)
        {
            schema["x-kubernetes-selectable-fields"] = new JsonArray([
                .. resource.SelectableFields.Select(static field => (JsonNode)new JsonObject { ["fieldPath"] = field }),
            ]);
        }

        var full = resource.GroupVersionKind;
        full["kind"] = kind;
        schema["x-kubernetes-group-version-kind"] = new JsonArray(full);
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
        // A reference cannot carry a default beside it, so the API server wraps it.
        properties["metadata"] = new JsonObject
        {
            ["default"] = new JsonObject(),
            ["allOf"] = new JsonArray(Reference(metadataSchema)),
            ["description"] = metadataDescription,
        };
    }

    // The name of a kind's schema: the group reversed, then version and kind.
    private static string NameOf(ResourceDefinition resource) =>
        $"{string.Join('.', resource.Group.Split('.').Reverse())}.{resource.Version}.{resource.Kind}";

    private static JsonObject Reference(string schema) => new() { ["$ref"] = "#/components/schemas/" + schema };

    private static JsonObject Text(string? description = null)
    {
        var text = new JsonObject { ["type"] = "string" };
        if (description is not null)
        {
            text["description"] = description;
        }

        return text;
    }

    private static JsonObject SchemaOf(ObjectType type) =>
        new()
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(type.Fields.Select(static field => KeyValuePair.Create(field.Name, (JsonNode?)SchemaOf(field.Type)))),
        };

    private static JsonObject SchemaOf(FieldType type) =>
        type.Kind switch
        {
            ValueKind.Object => SchemaOf(type.Fields!),
            ValueKind.Any => new JsonObject { ["type"] = "object" },
            ValueKind.List => new JsonObject { ["type"] = "array", ["items"] = SchemaOf(type.Element!) },
            ValueKind.Map => new JsonObject { ["type"] = "object", ["additionalProperties"] = SchemaOf(type.Element!) },
            ValueKind.Integer => new JsonObject { ["type"] = "integer", ["format"] = type.GoName },
            ValueKind.Flag => new JsonObject { ["type"] = "boolean" },
            _ => Text(),
        };
}
