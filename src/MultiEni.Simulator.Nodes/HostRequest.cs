using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace MultiEni.Simulator.Nodes;

/// <summary>One request of the wire protocol of a simulated host.</summary>
internal sealed class HostRequest(HttpContext context, SimulatedHost host, CancellationToken stopping)
{
    private static readonly byte[] NewLine = [(byte)'\n'];

    private string FilePath => context.Request.Query["path"].ToString();

    internal Task AnswerAsync(string[] operation) =>
        (context.Request.Method, operation) switch
        {
            ("GET", ["files", "text"]) => ReadTextAsync(),
            ("GET", ["files", "link"]) => SendTextAsync(host.ReadLink(FilePath)),
            ("GET", ["files", "list"]) => SendAsync(host.List(FilePath), HostJson.Default.IReadOnlyListString),
            ("GET", ["files", "exists"]) => SendTextAsync(host.Exists(FilePath) ? "true" : "false"),
            ("GET", ["files", "number"]) => SendTextAsync(host.DeviceNumber(FilePath)),
            ("POST", ["files", "write"]) => WriteAsync(),
            ("POST", ["files", "probe"]) => SendErrorAsync(host.ProbeOpen(FilePath)),
            ("GET", ["network"]) => SendAsync(host.Network(), HostJson.Default.SimulatedNetwork),
            ("GET", ["network", "counters", var name]) => host.Counters(Uri.UnescapeDataString(name)) is { } counters
                ? SendAsync(counters, HostJson.Default.SimulatedCounters)
                : FailAsync(StatusCodes.Status404NotFound),
            ("POST", ["network", "links", var index]) when int.TryParse(index, CultureInfo.InvariantCulture, out var number) => ChangeLinkAsync(
                number
            ),
            ("POST", ["network", "items"]) => ChangeItemAsync(),
            ("GET", ["events"]) => StreamEventsAsync(),
            _ => FailAsync(StatusCodes.Status404NotFound),
        };

    private async Task ReadTextAsync() => await SendTextAsync(await host.ReadTextAsync(FilePath, context.RequestAborted));

    private async Task WriteAsync()
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var text = await reader.ReadToEndAsync(context.RequestAborted);
        // Not the request's token: a write that the client gave up on is still under way in the
        // kernel.
        await SendErrorAsync(await host.WriteAsync(FilePath, text, stopping));
    }

    private async Task ChangeItemAsync() =>
        await (
            await ReadAsync(HostJson.Default.ItemChange) switch
            {
                { AlternativeName: { } name } change => SendErrorAsync(host.SetAlternativeName(name.LinkIndex, name.Name, change.Add)),
                { Address: { } address } change => SendErrorAsync(host.SetAddress(address, change.Add)),
                { Route: { } route } change => SendErrorAsync(host.SetRoute(route, change.Add)),
                { Rule: { } rule } change => SendErrorAsync(host.SetRule(rule, change.Add)),
                _ => FailAsync(StatusCodes.Status400BadRequest),
            }
        );

    private async Task<T?> ReadAsync<T>(JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task ChangeLinkAsync(int index) =>
        await (
            await ReadAsync(HostJson.Default.LinkChange) switch
            {
                { Up: { } up, Mtu: null } => SendErrorAsync(host.SetLinkUp(index, up)),
                { Up: null, Mtu: { } mtu } => SendErrorAsync(host.SetLinkMtu(index, mtu)),
                _ => FailAsync(StatusCodes.Status400BadRequest),
            }
        );

    private async Task StreamEventsAsync()
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        var events = host.WatchAsync(either.Token);
        context.Response.ContentType = "application/x-ndjson";
        await context.Response.Body.FlushAsync(either.Token);
        await foreach (var announced in events)
        {
            await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(announced, HostJson.Default.KernelEvent), either.Token);
            await context.Response.Body.WriteAsync(NewLine, either.Token);
            await context.Response.Body.FlushAsync(either.Token);
        }
    }

    private Task SendErrorAsync(int error) => SendAsync(new OperationResult(error), HostJson.Default.OperationResult);

    private Task SendAsync<T>(T value, JsonTypeInfo<T> type) => SendAsync(JsonSerializer.SerializeToUtf8Bytes(value, type), "application/json");

    private Task SendTextAsync(string? text) =>
        text is null ? FailAsync(StatusCodes.Status404NotFound) : SendAsync(Encoding.UTF8.GetBytes(text), "text/plain; charset=utf-8");

    private Task SendAsync(byte[] body, string contentType)
    {
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private Task FailAsync(int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}
