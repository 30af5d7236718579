using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace MultiEni.Manager.Host.Simulated;

/// <summary>The links of a simulated node.</summary>
internal sealed class SimulatedLinks(HttpClient http) : ILinks
{
    public async ValueTask<NetworkState> ReadAsync(CancellationToken cancellationToken) =>
        await http.GetFromJsonAsync("network", SimulatedJson.Default.NetworkState, cancellationToken)
        ?? throw new IOException("The simulated host answered without a network.");

    public ValueTask<Errno> SetUpAsync(int index, bool up, CancellationToken cancellationToken) =>
        ChangeAsync(index, new SimulatedLinkChange { Up = up }, cancellationToken);

    public ValueTask<Errno> SetMtuAsync(int index, int mtu, CancellationToken cancellationToken) =>
        ChangeAsync(index, new SimulatedLinkChange { Mtu = mtu }, cancellationToken);

    public ValueTask<Errno> AddAsync(NetworkItem item, CancellationToken cancellationToken) => ChangeAsync(item, add: true, cancellationToken);

    public ValueTask<Errno> RemoveAsync(NetworkItem item, CancellationToken cancellationToken) => ChangeAsync(item, add: false, cancellationToken);

    private async ValueTask<Errno> ChangeAsync(NetworkItem item, bool add, CancellationToken cancellationToken)
    {
        var change = new SimulatedItemChange
        {
            Add = add,
            AlternativeName = item as NetworkItem.AlternativeName,
            Address = (item as NetworkItem.Address)?.Value,
            Route = (item as NetworkItem.Path)?.Value,
            Rule = (item as NetworkItem.Rule)?.Value,
        };
        using var response = await http.PostAsJsonAsync("network/items", change, SimulatedJson.Default.SimulatedItemChange, cancellationToken);
        return await SimulatedHostClient.ErrnoAsync(response, cancellationToken);
    }

    private async ValueTask<Errno> ChangeAsync(int index, SimulatedLinkChange change, CancellationToken cancellationToken)
    {
        using var response = await http.PostAsJsonAsync(
            $"network/links/{index}",
            change,
            SimulatedJson.Default.SimulatedLinkChange,
            cancellationToken
        );
        return await SimulatedHostClient.ErrnoAsync(response, cancellationToken);
    }
}

/// <summary>
/// The announcements of a simulated node. Ends when the node goes down; the caller asks again.
/// </summary>
internal sealed class SimulatedEvents(HttpClient http) : IHostEvents
{
    public async IAsyncEnumerable<HostEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync("events", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var lines = new StreamReader(stream);
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Length > 0 && JsonSerializer.Deserialize(line, SimulatedJson.Default.HostEvent) is { } announced)
            {
                yield return announced;
            }
        }
    }
}

/// <summary>The drivers' counters of a simulated node.</summary>
internal sealed class SimulatedCounters(HttpClient http) : IDriverCounters
{
    public async ValueTask<DriverCounters?> ReadAsync(string interfaceName, CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync($"network/counters/{Uri.EscapeDataString(interfaceName)}", cancellationToken);
        if (SimulatedHostClient.IsAbsent(response))
        {
            return null;
        }

        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync(SimulatedJson.Default.DriverCounters, cancellationToken);
    }
}

/// <summary>On a simulated node no DPDK program runs.</summary>
internal sealed class NoTelemetry : IDpdkTelemetry
{
    public ValueTask<DpdkPort?> ReadAsync(int process, PciAddress device, CancellationToken cancellationToken) =>
        ValueTask.FromResult<DpdkPort?>(null);
}

/// <summary>The files of a simulated node.</summary>
internal sealed class SimulatedFiles(HttpClient http) : IHostFiles
{
    public ValueTask<string?> ReadTextAsync(string path, CancellationToken cancellationToken) => GetAsync("text", path, cancellationToken);

    public ValueTask<string?> ReadLinkAsync(string path, CancellationToken cancellationToken) => GetAsync("link", path, cancellationToken);

    public async ValueTask<IReadOnlyList<string>> ListAsync(string path, CancellationToken cancellationToken) =>
        await http.GetFromJsonAsync(Uri("list", path), SimulatedJson.Default.ListString, cancellationToken) ?? [];

    public async ValueTask<bool> ExistsAsync(string path, CancellationToken cancellationToken) =>
        bool.Parse(await http.GetStringAsync(Uri("exists", path), cancellationToken));

    public ValueTask<string?> ReadDeviceNumberAsync(string path, CancellationToken cancellationToken) => GetAsync("number", path, cancellationToken);

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
