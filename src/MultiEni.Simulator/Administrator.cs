using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using MultiEni.Operator.Client;

namespace MultiEni.Simulator;

/// <summary>
/// What an administrator does at the API of a simulated cluster before its nodes can join, and
/// where he looks afterwards.
/// </summary>
internal sealed class Administrator(KubernetesConfig api) : IDisposable
{
    private const string Rbac = "rbac.authorization.k8s.io";
    private const string Bindings = $"apis/{Rbac}/v1/clusterrolebindings";
    private readonly HttpClient _http = KubernetesConnection.Open(api, "simulated-cluster", TimeProvider.System);

    internal Task EnsureNamespaceAsync(string name, CancellationToken cancellationToken) =>
        EnsureAsync(
            "api/v1/namespaces",
            new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Namespace",
                ["metadata"] = new JsonObject { ["name"] = name },
            },
            cancellationToken
        );

    /// <summary>
    /// Gives a kubelet the role of kubelets, which API servers without the Node authorizer give to
    /// nobody.
    /// </summary>
    /// <seealso href="https://kubernetes.io/docs/reference/access-authn-authz/node/#rbac-node-permissions"/>
    internal Task AuthorizeNodeAsync(string node, CancellationToken cancellationToken) =>
        EnsureAsync(
            Bindings,
            new JsonObject
            {
                ["apiVersion"] = $"{Rbac}/v1",
                ["kind"] = "ClusterRoleBinding",
                ["metadata"] = new JsonObject { ["name"] = BindingOf(node) },
                ["roleRef"] = new JsonObject
                {
                    ["apiGroup"] = Rbac,
                    ["kind"] = "ClusterRole",
                    ["name"] = "system:node",
                },
                ["subjects"] = new JsonArray(
                    new JsonObject
                    {
                        ["apiGroup"] = Rbac,
                        ["kind"] = "User",
                        ["name"] = $"system:node:{node}",
                    }
                ),
            },
            cancellationToken
        );

    /// <summary>
    /// Names of the objects of a collection; empty when the API has no such collection.
    /// </summary>
    internal async Task<IReadOnlyList<string>> NamesAsync(string collection, CancellationToken cancellationToken)
    {
        using var response = await _http.GetAsync(collection, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return [];
        }

        response.EnsureSuccessStatusCode();
        var list = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!;
        return [.. list["items"]!.AsArray().Select(item => item!["metadata"]!["name"]!.GetValue<string>())];
    }

    public void Dispose() => _http.Dispose();

    private static string BindingOf(string node) => $"simulated-node:{node}";

    private async Task EnsureAsync(string collection, JsonObject body, CancellationToken cancellationToken)
    {
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await _http.PostAsync(collection, content, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Conflict && !response.IsSuccessStatusCode)
        {
            var why = await response.Content.ReadAsStringAsync(cancellationToken);
            throw new HttpRequestException($"{collection}: {why}", inner: null, response.StatusCode);
        }
    }
}
