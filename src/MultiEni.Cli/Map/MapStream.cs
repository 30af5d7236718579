using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;

namespace MultiEni.Cli.Map;

/// <summary>
/// Writes changes as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html):
/// at once what there is, then at most four times a second what changed.
/// </summary>
internal static class MapStream
{
    /// <summary>The shortest time between two messages.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);

    // A connection on which nothing is written is never found to be dead.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    // Parsing it keeps the page from drawing, so it must not take long.
    private const int LargestMessage = 500;

    /// <summary>Writes until the reader has gone.</summary>
    public static async Task WriteAsync(MapFeed feed, PipeWriter output, TimeProvider time, CancellationToken cancellationToken)
    {
        using var subscription = feed.Subscribe();
        var first = true;
        while (true)
        {
            if (!await HasChangesAsync(subscription, time, cancellationToken))
            {
                output.Write(": nothing new\n\n"u8);
                await output.FlushAsync(cancellationToken);
                continue;
            }

            var changes = subscription.Take(LargestMessage);
            Write(output, changes, first);
            first = false;
            await output.FlushAsync(cancellationToken);
            if (!changes.HasMore)
            {
                await Task.Delay(Pace, time, cancellationToken);
            }
        }
    }

    private static async Task<bool> HasChangesAsync(MapSubscription subscription, TimeProvider time, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var changes = subscription.WaitAsync(limit.Token);
        var silence = Task.Delay(Silence, time, limit.Token);
        var first = await Task.WhenAny(changes, silence);
        cancellationToken.ThrowIfCancellationRequested();
        await limit.CancelAsync();
        return first == changes;
    }

    private static void Write(PipeWriter output, MapChanges changes, bool first)
    {
        output.Write("data: "u8);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            if (first)
            {
                json.WriteBoolean("reset"u8, true);
            }

            json.WriteBoolean("more"u8, changes.HasMore);
            json.WriteStartArray("set"u8);
            foreach (var item in changes.Set)
            {
                json.WriteRawValue(item, skipInputValidation: true);
            }

            json.WriteEndArray();
            json.WriteStartArray("gone"u8);
            foreach (var key in changes.Gone)
            {
                json.WriteStringValue(key);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.Write("\n\n"u8);
    }
}
