using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Storage;
using MultiEni.Simulator.Kubernetes.Tables;

namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>
/// Sends answers. Lists and watches copy the stored bytes of objects; nothing is serialised again
/// per client.
/// </summary>
internal sealed class AnswerWriter
{
    private const int FlushBytes = 64 * 1024;
    private static readonly TimeSpan BookmarkInterval = TimeSpan.FromMinutes(1);

    private readonly Ledger _ledger;
    private readonly TimeProvider _time;
    private readonly WatchLag? _lag;

    public AnswerWriter(Ledger ledger, KubernetesSimulatorOptions options)
    {
        _ledger = ledger;
        _time = options.TimeProvider;
        _lag = options.WatchLag;
    }

    public async Task WriteAsync(HttpContext context, Answer answer, CancellationToken cancellationToken)
    {
        var response = context.Response;
        if (answer.Warnings.Count > 0)
        {
            response.Headers.Warning = new StringValues([
                .. answer.Warnings.Select(static text =>
                    $"299 - \"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""
                ),
            ]);
        }

        switch (answer)
        {
            case Answer.Body body:
                response.StatusCode = body.Code;
                response.ContentType = body.ContentType;
                response.ContentLength = body.Content.Length;
                if (body.RetryAfterSeconds > 0)
                {
                    response.Headers.RetryAfter = body.RetryAfterSeconds.ToString();
                }

                if (!HttpMethods.IsHead(context.Request.Method))
                {
                    await response.BodyWriter.WriteAsync(body.Content, cancellationToken);
                }

                break;
            case Answer.ObjectList list:
                response.ContentType = MediaTypes.Json;
                await WriteListAsync(response.BodyWriter, list, cancellationToken);
                break;
            case Answer.Stream stream:
                await WriteStreamAsync(context, stream, cancellationToken);
                break;
        }
    }

    private static async Task WriteListAsync(PipeWriter output, Answer.ObjectList list, CancellationToken cancellationToken)
    {
        var metadata = new JsonObject { ["resourceVersion"] = list.Page.Version.ToString() };
        list.Page.AddTo(metadata, withEmpty: list.Resource.IsCustom);
        Write(output, $"{{\"kind\":\"{list.Resource.ListKind}\",\"apiVersion\":\"{list.Resource.ApiVersion}\",\"metadata\":");
        output.Write(StoredObject.ToUtf8(metadata));
        output.Write(",\"items\":["u8);
        // What a list holds is said once, except in lists of custom objects.
        var head = list.Resource.IsCustom
            ? []
            : Encoding.UTF8.GetBytes($"{{\"apiVersion\":\"{list.Resource.ApiVersion}\",\"kind\":\"{list.Resource.Kind}\",");
        var isFirst = true;
        foreach (var obj in list.Page.Objects)
        {
            if (!isFirst)
            {
                output.Write(","u8);
            }

            isFirst = false;
            if (head.Length > 0 && obj.Json.Span.StartsWith(head))
            {
                output.Write("{"u8);
                output.Write(obj.Json.Span[head.Length..]);
            }
            else
            {
                output.Write(obj.Json.Span);
            }

            if (output.UnflushedBytes > FlushBytes)
            {
                await output.FlushAsync(cancellationToken);
            }
        }

        output.Write("]}\n"u8);
        await output.FlushAsync(cancellationToken);
    }

    private async Task WriteStreamAsync(HttpContext context, Answer.Stream stream, CancellationToken cancellationToken)
    {
        var output = context.Response.BodyWriter;
        context.Response.ContentType = MediaTypes.Json;
        Watcher watcher;
        try
        {
            watcher = _ledger.Watch(stream.Resource, stream.Request.Filter, stream.Request.Since, stream.Request.MarksInitialEnd, Lag());
        }
        catch (StatusException tooOld)
        {
            // A watch has begun by the time its version is looked at: the refusal comes as an
            // event, under HTTP 200.
            WriteEvent(output, "ERROR", StoredObject.ToUtf8(tooOld.ToStatus()));
            await output.FlushAsync(cancellationToken);
            return;
        }

        using (watcher)
        {
            using var timeout = new CancellationTokenSource(stream.Request.Timeout, _time);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
            using var bookmarks = stream.Request.WantsBookmarks
                ? _time.CreateTimer(_ => _ledger.Bookmark(watcher), null, BookmarkInterval, BookmarkInterval)
                : null;
            await context.Response.StartAsync(cancellationToken);
            await output.FlushAsync(cancellationToken);
            try
            {
                await CopyChangesAsync(output, stream, watcher.Changes, stop.Token);
            }
            catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                return;
            }
        }

        if (watcher.IsCut)
        {
            context.Abort();
        }
    }

    private async Task CopyChangesAsync(
        PipeWriter output,
        Answer.Stream stream,
        ChannelReader<(Change Change, DateTimeOffset Due)> changes,
        CancellationToken cancellationToken
    )
    {
        var table = stream.Request.Table;
        var isFirst = true;
        while (await changes.WaitToReadAsync(cancellationToken))
        {
            while (changes.TryRead(out var next))
            {
                // One that is due before its predecessor comes right behind it.
                if (next.Due - _time.GetUtcNow() is { Ticks: > 0 } wait)
                {
                    await output.FlushAsync(cancellationToken);
                    await Task.Delay(wait, _time, cancellationToken);
                }

                WriteChange(output, stream.Resource, next.Change, table, isFirst);
                isFirst = false;
                if (output.UnflushedBytes > FlushBytes)
                {
                    await output.FlushAsync(cancellationToken);
                }
            }

            await output.FlushAsync(cancellationToken);
        }
    }

    // When what is committed now is told to one watch.
    private Func<DateTimeOffset>? Lag()
    {
        if (_lag is not { } lag)
        {
            return null;
        }

        var random = new Random(lag.Seed);
        return () => _time.GetUtcNow() + lag.Shortest + ((lag.Longest - lag.Shortest) * random.NextDouble());
    }

    private static void WriteChange(PipeWriter output, ResourceDefinition resource, Change change, TableView? table, bool withColumns)
    {
        if (change.Type == ChangeType.Bookmark)
        {
            var bookmark = Bookmark(resource, change);
            WriteEvent(output, "BOOKMARK", StoredObject.ToUtf8(table is null ? bookmark : TableWriter.Bookmark(bookmark)));
            return;
        }

        var obj = change.Object!;
        if (change.HasLeft && change.Before is { } before)
        {
            // It left the selector: watchers see what it was, under the version at which it left.
            obj = StoredObject.Freeze(resource, before.Thaw(), change.ResourceVersion);
        }

        var name = change.Type switch
        {
            ChangeType.Added => "ADDED",
            ChangeType.Modified => "MODIFIED",
            _ => "DELETED",
        };
        WriteEvent(
            output,
            name,
            table is null ? obj.Json.Span : StoredObject.ToUtf8(TableWriter.Write(table, [obj], obj.ResourceVersion, withColumns))
        );
    }

    private static JsonObject Bookmark(ResourceDefinition resource, Change change)
    {
        var metadata = new JsonObject { ["resourceVersion"] = change.ResourceVersion.ToString() };
        if (change.EndsInitialEvents)
        {
            metadata["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
        }

        return new JsonObject
        {
            ["kind"] = resource.Kind,
            ["apiVersion"] = resource.ApiVersion,
            ["metadata"] = metadata,
        };
    }

    private static void WriteEvent(PipeWriter output, string type, ReadOnlySpan<byte> obj)
    {
        Write(output, $"{{\"type\":\"{type}\",\"object\":");
        output.Write(obj);
        output.Write("}\n"u8);
    }

    private static void Write(PipeWriter output, string text) => Encoding.UTF8.GetBytes(text, output);
}
