using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Http;
using MultiEni.Simulator.Kubernetes.Resources;

namespace MultiEni.Simulator.Kubernetes.Discovery;

/// <summary>OpenAPI documents: one for each group and version, of which kubectl reads schemas and whether fields can be validated by the server.</summary>
internal static class OpenApiDocuments
{
    private const string ProtobufType = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

    // A document that holds nothing but its version: field 1, "2.0". Newer clients read version 3 for everything that they need.
    private static readonly byte[] EmptyProtobuf = [0x0A, 0x03, (byte)'2', (byte)'.', (byte)'0'];

    public static Answer.Body Version2(string accept) =>
        accept.Contains("protobuf", StringComparison.Ordinal)
            ? new Answer.Body(200, EmptyProtobuf, ProtobufType)
            : Answer.Json(
                new JsonObject
                {
                    ["swagger"] = "2.0",
                    ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = "v1.36.0" },
                    ["paths"] = new JsonObject(),
                    ["definitions"] = new JsonObject(),
                }
            );

    public static JsonObject Index(ResourceRegistry registry)
    {
        var paths = new JsonObject();
        foreach (var root in registry.All.Select(static resource => resource.RootPath.TrimStart('/')).Distinct(StringComparer.Ordinal))
        {
            paths[root] = new JsonObject { ["serverRelativeURL"] = "/openapi/v3/" + root };
        }

        return new JsonObject { ["paths"] = paths };
    }

    /// <summary>The document of a group and version, such as <c>apis/apps/v1</c>; null when it is not served.</summary>
    public static JsonObject? Document(ResourceRegistry registry, string root)
    {
        var resources = registry.All.Where(resource => resource.RootPath == "/" + root).ToList();
        if (resources.Count == 0)
        {
            return null;
        }

        var paths = new JsonObject();
        var schemas = new JsonObject();
        BuiltInSchemas.AddShared(schemas);
        foreach (var resource in resources)
        {
            OpenApiPaths.Add(paths, resource);
            schemas[BuiltInSchemas.NameOf(resource)] = BuiltInSchemas.Of(resource);
            schemas[BuiltInSchemas.NameOf(resource) + "List"] = BuiltInSchemas.OfList(resource);
        }

        return new JsonObject
        {
            ["openapi"] = "3.0.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = "v1.36.0" },
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = schemas },
        };
    }
}
