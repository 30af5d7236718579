using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes;

namespace MultiEni.Simulator.Tests.Kubernetes;

/// <summary>A client that shows the wire as it is.</summary>
internal sealed class ApiClient : IDisposable
{
    private readonly HttpClient _http;

    public ApiClient(KubernetesSimulator simulator, string userAgent = "tests/1.0", string? token = null)
    {
        _http = new HttpClient { BaseAddress = simulator.BaseAddress };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd(userAgent);
        if (token is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    public Task<ApiAnswer> GetAsync(string path, string? accept = null) => SendAsync(HttpMethod.Get, path, null, "", accept);

    public Task<ApiAnswer> PostAsync(string path, string json) => SendAsync(HttpMethod.Post, path, json, "application/json");

    public Task<ApiAnswer> PutAsync(string path, JsonNode body) => SendAsync(HttpMethod.Put, path, body.ToJsonString(), "application/json");

    public Task<ApiAnswer> DeleteAsync(string path, string? options = null) => SendAsync(HttpMethod.Delete, path, options, "application/json");

    public Task<ApiAnswer> MergePatchAsync(string path, string json) => SendAsync(HttpMethod.Patch, path, json, "application/merge-patch+json");

    public Task<ApiAnswer> PatchAsync(string path, string json, string mediaType) => SendAsync(HttpMethod.Patch, path, json, mediaType);

    public Task<ApiAnswer> ApplyAsync(string path, string manager, string body, bool force = false) =>
        SendAsync(HttpMethod.Patch, $"{path}?fieldManager={manager}{(force ? "&force=true" : "")}", body, "application/apply-patch+yaml");

    public async Task<ApiAnswer> SendAsync(HttpMethod method, string path, string? body, string mediaType, string? accept = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);
        }

        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var parsed = text.StartsWith('{') ? JsonNode.Parse(text)!.AsObject() : [];
        response.Headers.TryGetValues("Warning", out var warnings);
        return new ApiAnswer(response.StatusCode, parsed, [.. warnings ?? []]);
    }

    public async Task<WatchStream> WatchAsync(string path)
    {
        var response = await _http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        return new WatchStream(response, await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
    }

    public void Dispose() => _http.Dispose();
}
