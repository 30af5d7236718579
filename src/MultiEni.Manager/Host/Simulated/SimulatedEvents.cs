using System.Runtime.CompilerServices;
using System.Text.Json;

namespace MultiEni.Manager.Host.Simulated;

/// <summary>The announcements of a simulated node. Ends when the node goes down; the caller asks again.</summary>
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
