using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using MultiEni.Simulator.Kubernetes.Http;
using MultiEni.Simulator.Kubernetes.Resources;

namespace MultiEni.Simulator.Kubernetes.Discovery;

/// <summary>
/// Answers what clients ask before they know anything: versions, groups, resources, schemas.
/// </summary>
internal sealed class DiscoveryRequests(ResourceRegistry registry)
{
    private const string AggregatedType = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    /// <summary>Whether anything of a group and version is served.</summary>
    public bool Serves(string group, string version) =>
        (group is "authorization.k8s.io" or "authentication.k8s.io" && version == "v1")
        || registry.All.Any(resource => resource.Group == group && resource.Version == version);

    /// <summary>
    /// Whether the answer to a path that does not exist is one of the API: below a version that is
    /// served, or any of a built-in group.
    /// </summary>
    public bool Knows(string group, string version) =>
        Serves(group, version) || registry.All.Any(resource => resource.Group == group && !resource.IsCustom);

    public Answer? TryAnswer(HttpRequest request)
    {
        var path = (request.Path.Value ?? "").TrimEnd('/');
        var parts = path.TrimStart('/').Split('/');
        var isAggregated =
            request.Headers.Accept.ToString().Contains("as=APIGroupDiscoveryList", StringComparison.Ordinal)
            && request.Headers.Accept.ToString().Contains("v=v2", StringComparison.Ordinal);
        return parts switch
        {
            ["version"] => Answer.Json(ServerVersion()),
            ["healthz" or "livez" or "readyz", ..] => new Answer.Body(200, "ok"u8.ToArray(), "text/plain; charset=utf-8"),
            ["api"] when isAggregated => Aggregated(DiscoveryDocuments.Aggregated(registry, isCore: true)),
            ["apis"] when isAggregated => Aggregated(DiscoveryDocuments.Aggregated(registry, isCore: false)),
            ["api"] => Answer.Json(DiscoveryDocuments.CoreVersions()),
            ["apis"] => Answer.Json(DiscoveryDocuments.Groups(registry)),
            ["api", var version] => Found(DiscoveryDocuments.Resources(registry, "", version)),
            ["apis", var group] => Found(DiscoveryDocuments.Group(registry, group)),
            ["apis", var group, var version] => Found(DiscoveryDocuments.Resources(registry, group, version)),
            ["openapi", "v2"] => OpenApiDocuments.Version2(request.Headers.Accept.ToString()),
            ["openapi", "v3"] => Answer.Json(OpenApiDocuments.Index(registry)),
            ["openapi", "v3", .. var document] => Found(OpenApiDocuments.Document(registry, string.Join('/', document))),
            _ => null,
        };
    }

    private static Answer.Body Aggregated(JsonObject document) => Answer.Json(document) with { ContentType = AggregatedType };

    private static Answer.Body? Found(JsonObject? document) => document is null ? null : Answer.Json(document);

    private static JsonObject ServerVersion() =>
        new()
        {
            ["major"] = "1",
            ["minor"] = "36",
            ["gitVersion"] = "v1.36.0+simulated",
            ["gitCommit"] = "",
            ["gitTreeState"] = "clean",
            ["buildDate"] = "2026-01-01T00:00:00Z",
            ["goVersion"] = "",
            ["compiler"] = "",
            ["platform"] = "simulated",
        };
}
