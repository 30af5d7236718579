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

    /// <summary>
    /// Server-side apply of any manifest, with strict field validation as in kubectl.
    /// </summary>
    /// <exception cref="DemoException">
    /// The API server rejected it; the message is the server's.
    /// </exception>
    public async Task ApplyAsync(JsonObject document, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, $"{PathOf(document)}?fieldManager=kubectl&force=true&fieldValidation=Strict")
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

    public async Task<JsonObject?> FindAsync(JsonObject document, CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync(PathOf(document), cancellationToken);
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
