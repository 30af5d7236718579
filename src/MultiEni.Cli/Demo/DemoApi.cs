using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;

namespace MultiEni.Cli.Demo;

/// <summary>The Kubernetes API requests that the demo makes as the user.</summary>
internal sealed class DemoApi(HttpClient http)
{
    private const string ApiGroup = $"/apis/{Names.ApiVersion}";
    private const string Networks = "network-attachment-definitions";
    private const string NetworksGroup = "k8s.cni.cncf.io";

    /// <summary>
    /// Server-side apply of any manifest, with strict field validation as in kubectl.
    /// </summary>
    /// <exception cref="DemoException">
    /// The API server rejected it; the message is the server's.
    /// </exception>
    public Task ApplyAsync(JsonObject document, CancellationToken cancellationToken) => ApplyAsync(PathOf(document), document, cancellationToken);

    private async Task ApplyAsync(string path, JsonObject document, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, $"{path}?fieldManager=kubectl&force=true&fieldValidation=Strict")
        {
            Content = new StringContent(document.ToJsonString(), Encoding.UTF8, "application/apply-patch+yaml"),
        };
        using var response = await http.SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            var status = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
            throw new DemoException($"{NameOf(document)}: {status?["message"]?.GetValue<string>() ?? response.StatusCode.ToString()}");
        }
    }

    public async Task DeleteAsync(JsonObject document, CancellationToken cancellationToken)
    {
        using var response = await http.DeleteAsync(PathOf(document), cancellationToken);
        if (response.StatusCode != HttpStatusCode.NotFound)
        {
            response.EnsureSuccessStatusCode();
        }
    }

    public Task<JsonObject?> FindAsync(JsonObject document, CancellationToken cancellationToken) => FindAsync(PathOf(document), cancellationToken);

    private async Task<JsonObject?> FindAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync(path, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        response.EnsureSuccessStatusCode();
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!.AsObject();
    }

    public async Task<IReadOnlyList<NodeEni>> NodeEnisAsync(CancellationToken cancellationToken)
    {
        await using var body = await http.GetStreamAsync($"{ApiGroup}/{Names.NodeEniPlural}", cancellationToken);
        return (await JsonSerializer.DeserializeAsync(body, ApiJson.Default.KubernetesListNodeEni, cancellationToken))!.Items;
    }

    public async Task<IReadOnlyList<EniAttachment>> AttachmentsAsync(CancellationToken cancellationToken)
    {
        await using var body = await http.GetStreamAsync($"{ApiGroup}/{Names.EniAttachmentPlural}", cancellationToken);
        return (await JsonSerializer.DeserializeAsync(body, ApiJson.Default.KubernetesListEniAttachment, cancellationToken))!.Items;
    }

    public async Task LabelNodeAsync(string node, string key, string value, CancellationToken cancellationToken)
    {
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { [key] = value } } };
        using var content = new StringContent(patch.ToJsonString(), Encoding.UTF8, "application/merge-patch+json");
        using var response = await http.PatchAsync($"/api/v1/nodes/{node}", content, cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>
    /// Defines the kind of Multus, as far as it matters: a namespaced object whose specification is
    /// a text.
    /// </summary>
    public async Task DefineNetworksAsync(CancellationToken cancellationToken)
    {
        const string Name = $"{Networks}.{NetworksGroup}";
        const string Schema = """{"type":"object","properties":{"spec":{"type":"object","properties":{"config":{"type":"string"}}}}}""";
        var definition = JsonNode
            .Parse(
                $$$"""
                {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"{{{Name}}}"},
                 "spec":{"group":"{{{NetworksGroup}}}","scope":"Namespaced",
                  "names":{"plural":"{{{Networks}}}","singular":"network-attachment-definition","kind":"NetworkAttachmentDefinition","shortNames":["net-attach-def"]},
                  "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{{{Schema}}}}}]}}
                """
            )!
            .AsObject();
        await ApplyAsync($"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{Name}", definition, cancellationToken);
    }

    /// <summary>A network definition; null when there is none.</summary>
    public Task<JsonObject?> NetworkAsync(string @namespace, string name, CancellationToken cancellationToken) =>
        FindAsync($"/apis/{NetworksGroup}/v1/namespaces/{@namespace}/{Networks}/{name}", cancellationToken);

    public static string NameOf(JsonObject document) => $"{document["kind"]} {document["metadata"]?["name"]}";

    /// <summary>The API path of a manifest.</summary>
    /// <exception cref="DemoException">
    /// The demo does not apply this kind, or the manifest has no name.
    /// </exception>
    public static string PathOf(JsonObject document)
    {
        var name =
            document["metadata"]?["name"]?.GetValue<string>()
            ?? throw new DemoException($"a document of kind {document["kind"]} has no metadata.name");
        return document["kind"]?.GetValue<string>() switch
        {
            Names.NodeEniKind => $"{ApiGroup}/{Names.NodeEniPlural}/{name}",
            "Pod" => $"/api/v1/namespaces/{document["metadata"]!["namespace"]?.GetValue<string>() ?? "default"}/pods/{name}",
            var kind => throw new DemoException($"the demo applies NodeENIs and Pods, not {kind ?? "a document without kind"} ({name})"),
        };
    }
}
