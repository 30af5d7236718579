using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Tests.Kubernetes;

/// <summary>The events of one watch, in order.</summary>
internal sealed class WatchStream : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;

    public WatchStream(HttpResponseMessage response, Stream body)
    {
        _response = response;
        _reader = new StreamReader(body);
    }

    /// <summary>The next event; null when the stream has ended.</summary>
    public async Task<WatchEvent?> NextAsync()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        var line = await _reader.ReadLineAsync(deadline.Token);
        if (line is null)
        {
            return null;
        }

        var parsed = JsonNode.Parse(line)!.AsObject();
        return new WatchEvent(parsed["type"]!.GetValue<string>(), parsed["object"]!.AsObject());
    }

    /// <summary>The next events as <c>TYPE name</c>.</summary>
    public async Task<List<string>> NextAsync(int count)
    {
        var events = new List<string>();
        while (events.Count < count)
        {
            var next = await NextAsync();
            Assert.NotNull(next);
            events.Add($"{next.Type} {next.Name}".TrimEnd());
        }

        return events;
    }

    public void Dispose()
    {
        _reader.Dispose();
        _response.Dispose();
    }
}
