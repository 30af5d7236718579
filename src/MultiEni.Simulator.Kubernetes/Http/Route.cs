using Microsoft.AspNetCore.Http;
using MultiEni.Simulator.Kubernetes.Resources;

namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>
/// The parts of a resource path:
/// <c>/apis/GROUP/VERSION[/namespaces/NAMESPACE]/RESOURCE[/NAME[/SUBRESOURCE]]</c>.
/// </summary>
internal sealed record Route(string Group, string Version, string Resource, string Namespace, string Name, string Subresource)
{
    /// <summary>The subresource that passes requests on.</summary>
    public const string Proxy = "proxy";

    /// <summary>What stands behind the subresource <c>proxy</c>, as it was sent.</summary>
    public string ProxiedPath { get; private init; } = "";

    /// <summary>Null when the path is not that of a resource.</summary>
    public static Route? Parse(string path)
    {
        var parts = path.Trim('/').Split('/');
        var start =
            parts[0] == "api" && parts.Length > 2 ? 2
            : parts[0] == "apis" && parts.Length > 3 ? 3
            : 0;
        // What is proxied may have any path.
        if (start == 0 || parts.TakeWhile(static part => part != Proxy).Any(static part => part.Length == 0))
        {
            return null;
        }

        var group = start == 2 ? "" : parts[1];
        var version = parts[start - 1];
        var rest = parts.AsSpan(start);
        var inNamespace = "";
        // namespaces/NAME and its subresources are about the namespace itself.
        if (rest[0] == "namespaces" && rest.Length > 2 && !(rest.Length == 3 && rest[2] is "status" or "finalize"))
        {
            inNamespace = Uri.UnescapeDataString(rest[1]);
            rest = rest[2..];
        }

        return rest.Length > 3 && rest[2] != Proxy
            ? null
            : new Route(group, version, rest[0], inNamespace, rest.Length > 1 ? Uri.UnescapeDataString(rest[1]) : "", rest.Length > 2 ? rest[2] : "")
            {
                ProxiedPath = rest.Length > 3 ? string.Join('/', rest[3..]!) : "",
            };
    }

    /// <summary>
    /// The client's name, which is also its field manager when it gives none: the User-Agent header
    /// up to its first slash.
    /// </summary>
    public static string ClientOf(HttpRequest request) =>
        request.Headers.UserAgent.ToString().Split('/')[0] is { Length: > 0 } product ? product : "unknown";

    public string Verb(HttpRequest request) =>
        request.Method switch
        {
            "GET" or "HEAD" when Name.Length > 0 => "get",
            "GET" or "HEAD" => request.Query["watch"].ToString() is "true" or "1" ? "watch" : "list",
            "POST" => "create",
            "PUT" => "update",
            "PATCH" => "patch",
            "DELETE" => Name.Length == 0 ? "deletecollection" : "delete",
            var other => other,
        };

    public ResourceDefinition? Find(ResourceRegistry registry) => registry.Find(Group, Version, Resource);
}
