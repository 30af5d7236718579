using System.Net.Http.Json;

namespace MultiEni.Manager.Host.Simulated;

/// <summary>The files of a simulated node.</summary>
internal sealed class SimulatedFiles(HttpClient http) : IHostFiles
{
    public ValueTask<string?> ReadTextAsync(string path, CancellationToken cancellationToken) => GetAsync("text", path, cancellationToken);

    public ValueTask<string?> ReadLinkAsync(string path, CancellationToken cancellationToken) => GetAsync("link", path, cancellationToken);

    public async ValueTask<IReadOnlyList<string>> ListAsync(string path, CancellationToken cancellationToken) =>
        await http.GetFromJsonAsync(Uri("list", path), SimulatedJson.Default.ListString, cancellationToken) ?? [];

    public async ValueTask<bool> ExistsAsync(string path, CancellationToken cancellationToken) =>
        bool.Parse(await http.GetStringAsync(Uri("exists", path), cancellationToken));

    public async ValueTask<Errno> WriteAsync(string path, string text, CancellationToken cancellationToken)
    {
        using var body = new StringContent(text);
        using var response = await http.PostAsync(Uri("write", path), body, cancellationToken);
        return await SimulatedHostClient.ErrnoAsync(response, cancellationToken);
    }

    public async ValueTask<Errno> ProbeOpenAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await http.PostAsync(Uri("probe", path), null, cancellationToken);
        return await SimulatedHostClient.ErrnoAsync(response, cancellationToken);
    }

    private async ValueTask<string?> GetAsync(string operation, string path, CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync(Uri(operation, path), cancellationToken);
        if (SimulatedHostClient.IsAbsent(response))
        {
            return null;
        }

        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStringAsync(cancellationToken);
    }

    private static string Uri(string operation, string path) => $"files/{operation}?path={System.Uri.EscapeDataString(path)}";
}
