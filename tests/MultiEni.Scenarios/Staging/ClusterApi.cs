using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Operator.Client;
using MultiEni.Simulator.Kubernetes.Yaml;

namespace MultiEni.Scenarios.Staging;

/// <summary>What the user of a cluster does, over HTTP, whichever API server it is.</summary>
/// <param name="kubeconfig">As whom.</param>
/// <param name="person">In whose place; null for the kubeconfig's own user.</param>
internal sealed class ClusterApi(string kubeconfig, Impersonation? person = null) : IDisposable
{
    private const string ApiGroup = $"/apis/{Names.ApiVersion}";
    private readonly HttpClient _http = KubernetesConnection.Open(ConfigOf(kubeconfig, person), "test", TimeProvider.System);

    /// <summary>The product's own client, for watches.</summary>
    public KubernetesClient Client => new(_http, TimeProvider.System);

    /// <summary>
    /// Server-side apply of every document, with the strict field validation that kubectl asks for.
    /// </summary>
    /// <exception cref="RefusedException">The API server refuses one.</exception>
    public async Task ApplyAsync(string yaml, CancellationToken cancellationToken)
    {
        foreach (var document in YamlDocuments.Parse(yaml))
        {
            await ApplyAsync(document, cancellationToken);
        }
    }

    /// <summary>
    /// Server-side apply of a document, with the strict field validation that kubectl asks for.
    /// </summary>
    /// <exception cref="RefusedException">The API server refuses it.</exception>
    public async Task ApplyAsync(JsonObject document, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Patch,
            $"{ApiPaths.Of(document)}?fieldManager=kubectl&force=true&fieldValidation=Strict"
        )
        {
            Content = Body(document, "application/apply-patch+yaml"),
        };
        using var response = await _http.SendAsync(request, cancellationToken);
        await ThrowIfRefusedAsync(response, cancellationToken);
    }

    /// <summary>An object by its path, or null.</summary>
    public async Task<JsonObject?> FindAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await _http.GetAsync(path, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        await ThrowIfRefusedAsync(response, cancellationToken);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!.AsObject();
    }

    /// <summary>The objects of a collection by its path, which may have selectors.</summary>
    public async Task<IReadOnlyList<JsonObject>> ListAsync(string collection, CancellationToken cancellationToken)
    {
        var list = await FindAsync(collection, cancellationToken) ?? throw new InvalidOperationException($"the API has no {collection}");
        return [.. list["items"]!.AsArray().OfType<JsonObject>()];
    }

    /// <summary>
    /// Reads an object, changes it and writes it back, again when somebody else was faster.
    /// </summary>
    public async Task ChangeAsync(string path, Action<JsonObject> change, CancellationToken cancellationToken)
    {
        while (true)
        {
            var live = await FindAsync(path, cancellationToken) ?? throw new InvalidOperationException($"the API has no {path}");
            change(live);
            using var content = Body(live, "application/json");
            using var response = await _http.PutAsync(path, content, cancellationToken);
            if (response.StatusCode != HttpStatusCode.Conflict)
            {
                await ThrowIfRefusedAsync(response, cancellationToken);
                return;
            }
        }
    }

    public Task DeleteNodeEniAsync(string name, CancellationToken cancellationToken) =>
        DeleteAsync($"{ApiGroup}/{Names.NodeEniPlural}/{name}", cancellationToken);

    public Task DeletePodAsync(string name, CancellationToken cancellationToken) =>
        DeleteAsync($"/api/v1/namespaces/default/pods/{name}", cancellationToken);

    /// <summary>Sets a label of a node, or takes it away with null.</summary>
    public async Task LabelNodeAsync(string node, string key, string? value, CancellationToken cancellationToken)
    {
        var labels = new JsonObject { [key] = value };
        using var content = Body(new JsonObject { ["metadata"] = new JsonObject { ["labels"] = labels } }, "application/merge-patch+json");
        using var response = await _http.PatchAsync($"/api/v1/nodes/{node}", content, cancellationToken);
        await ThrowIfRefusedAsync(response, cancellationToken);
    }

    /// <summary>Gives a node these taints, by key, with the effect NoSchedule.</summary>
    public async Task TaintNodeAsync(string node, CancellationToken cancellationToken, params string[] keys)
    {
        var taints = new JsonArray([.. keys.Select(key => (JsonNode)new JsonObject { ["key"] = key, ["effect"] = "NoSchedule" })]);
        using var content = Body(new JsonObject { ["spec"] = new JsonObject { ["taints"] = taints } }, "application/merge-patch+json");
        using var response = await _http.PatchAsync($"/api/v1/nodes/{node}", content, cancellationToken);
        await ThrowIfRefusedAsync(response, cancellationToken);
    }

    /// <summary>Reasons of the events about an object, each once.</summary>
    public async Task<IReadOnlyList<string>> EventReasonsAsync(string about, CancellationToken cancellationToken)
    {
        var events = await ListAsync("/api/v1/namespaces/default/events", cancellationToken);
        return
        [
            .. events
                .Where(item => item["involvedObject"]!["name"]!.GetValue<string>() == about)
                .Select(item => item["reason"]!.GetValue<string>())
                .Distinct(),
        ];
    }

    /// <summary>
    /// Leaves a NodeENI with a finalizer and a status, as another controller would.
    /// </summary>
    public async Task WriteStatusAsync(string nodeEni, JsonObject status, string finalizer, CancellationToken cancellationToken)
    {
        var path = $"{ApiGroup}/{Names.NodeEniPlural}/{nodeEni}";
        using var finalizers = Body(
            new() { ["metadata"] = new JsonObject { ["finalizers"] = new JsonArray(finalizer) } },
            "application/merge-patch+json"
        );
        using var first = await _http.PatchAsync(path, finalizers, cancellationToken);
        await ThrowIfRefusedAsync(first, cancellationToken);
        using var body = Body(new JsonObject { ["status"] = status }, "application/merge-patch+json");
        using var second = await _http.PatchAsync($"{path}/status", body, cancellationToken);
        await ThrowIfRefusedAsync(second, cancellationToken);
    }

    /// <summary>Creates an object of any kind by its collection's path.</summary>
    public async Task CreateAsync(string collection, JsonObject body, CancellationToken cancellationToken)
    {
        using var content = Body(body, "application/json");
        using var response = await _http.PostAsync(collection, content, cancellationToken);
        await ThrowIfRefusedAsync(response, cancellationToken);
    }

    public async Task<NodeEni?> NodeEniAsync(string name, CancellationToken cancellationToken) =>
        (await NodeEnisAsync(cancellationToken)).FirstOrDefault(found => found.Metadata.Name == name);

    public async Task<IReadOnlyList<NodeEni>> NodeEnisAsync(CancellationToken cancellationToken) =>
        (await ReadAsync(Names.NodeEniPlural, ApiJson.Default.KubernetesListNodeEni, cancellationToken)).Items;

    public async Task<IReadOnlyList<EniAttachment>> AttachmentsAsync(CancellationToken cancellationToken) =>
        (await ReadAsync(Names.EniAttachmentPlural, ApiJson.Default.KubernetesListEniAttachment, cancellationToken)).Items;

    /// <summary>
    /// Whether a path is answered with success; false too while nobody listens yet.
    /// </summary>
    public async Task<bool> AnswersAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.GetAsync(path, cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>A merge patch by path, as whoever the kubeconfig says.</summary>
    public async Task MergePatchAsync(string path, JsonObject patch)
    {
        using var content = Body(patch, "application/merge-patch+json");
        using var response = await _http.PatchAsync(path, content, Stage.Stop);
        await ThrowIfRefusedAsync(response, Stage.Stop);
    }

    /// <summary>Asks to run a program in a pod.</summary>
    public async Task ExecAsync(string pod)
    {
        using var response = await _http.PostAsync($"{pod}/exec?command=id", content: null, Stage.Stop);
        await ThrowIfRefusedAsync(response, Stage.Stop);
    }

    /// <summary>A deletion by path.</summary>
    public async Task DeleteAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await _http.DeleteAsync(path, cancellationToken);
        await ThrowIfRefusedAsync(response, cancellationToken);
    }

    private async Task<T> ReadAsync<T>(string plural, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        await using var body = await _http.GetStreamAsync($"{ApiGroup}/{plural}", cancellationToken);
        return (await JsonSerializer.DeserializeAsync(body, type, cancellationToken))!;
    }

    private static KubernetesConfig ConfigOf(string kubeconfig, Impersonation? person)
    {
        var config = KubernetesConfig.Load(kubeconfig, _ => null);
        return person is null ? config : config with { ActAs = person };
    }

    private static StringContent Body(JsonObject document, string mediaType) => new(document.ToJsonString(), Encoding.UTF8, mediaType);

    private static async Task ThrowIfRefusedAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (!response.IsSuccessStatusCode)
        {
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            throw new RefusedException(response.StatusCode, text);
        }
    }
}
