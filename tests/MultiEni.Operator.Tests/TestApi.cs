using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using MultiEni.Operator.Client;

namespace MultiEni.Operator.Tests;

/// <summary>
/// A scripted API server over real HTTP: each request runs the next step whose filter matches it.
/// </summary>
public sealed class TestApi : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stopped = new();
    private readonly ConcurrentQueue<ApiCall> _calls = new();
    private readonly List<(Func<ApiCall, bool> Matches, ConcurrentQueue<Func<HttpContext, Task>> Steps)> _scripts = [];

    private TestApi(WebApplication app) => _app = app;

    public HttpClient Http { get; private set; } = null!;

    public IReadOnlyList<ApiCall> Calls => [.. _calls];

    public static ApiCall CallOf(HttpContext context) => (ApiCall)context.Items[nameof(ApiCall)]!;

    public KubernetesClient Client(TimeProvider time) => new(Http, time);

    public static async Task<TestApi> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var server = builder.Build();
        var api = new TestApi(server);
        server.Run(api.AnswerAsync);
        await server.StartAsync(TestContext.Current.CancellationToken);
        api.Http = new HttpClient { BaseAddress = new Uri(server.Urls.First() + "/"), Timeout = Timeout.InfiniteTimeSpan };
        return api;
    }

    /// <summary>
    /// The steps for requests that the filter matches, in order; the last one repeats.
    /// </summary>
    public void On(Func<ApiCall, bool> matches, params Func<HttpContext, Task>[] steps) => _scripts.Add((matches, new(steps)));

    public void OnList(params Func<HttpContext, Task>[] steps) => On(call => call.Method == "GET" && !call.IsWatch, steps);

    public void OnWatch(params Func<HttpContext, Task>[] steps) => On(call => call.IsWatch, steps);

    public static Func<HttpContext, Task> Json(string body, int status = 200, string? retryAfter = null) =>
        async context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            if (retryAfter is not null)
            {
                context.Response.Headers.RetryAfter = retryAfter;
            }

            await context.Response.WriteAsync(body, context.RequestAborted);
        };

    public static Func<HttpContext, Task> Refuse(int status, string reason, string message = "no") =>
        Json($$"""{"kind":"Status","status":"Failure","code":{{status}},"reason":"{{reason}}","message":"{{message}}"}""", status);

    /// <summary>Sends text, then ends the answer in good order.</summary>
    public static Func<HttpContext, Task> Stream(params string[] frames) => Json(string.Concat(frames.Select(frame => frame + "\n")));

    /// <summary>
    /// Sends text, then breaks the connection; a break overtakes what the client has not read yet,
    /// unless it is awaited.
    /// </summary>
    public static Func<HttpContext, Task> Cut(string text, Func<bool>? isRead = null) =>
        async context =>
        {
            await context.Response.WriteAsync(text, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Eventually.Holds(isRead ?? (() => true), "the client has read what was sent");
            context.Abort();
        };

    /// <summary>
    /// Sends frames, then says nothing more until the client or the test goes away.
    /// </summary>
    public Func<HttpContext, Task> Hang(params string[] frames) =>
        async context =>
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(_stopped.Token, context.RequestAborted);
            try
            {
                foreach (var frame in frames)
                {
                    await context.Response.WriteAsync(frame + "\n", either.Token);
                }

                await context.Response.Body.FlushAsync(either.Token);
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, either.Token);
            }
            catch (OperationCanceledException)
            {
                context.Abort();
            }
        };

    /// <summary>Sends frames as the test hands them in.</summary>
    public Func<HttpContext, Task> Feed(System.Threading.Channels.ChannelReader<string> frames) =>
        async context =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.Body.FlushAsync(context.RequestAborted);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(_stopped.Token, context.RequestAborted);
            try
            {
                await foreach (var frame in frames.ReadAllAsync(either.Token))
                {
                    await context.Response.WriteAsync(frame + "\n", either.Token);
                    await context.Response.Body.FlushAsync(either.Token);
                }
            }
            catch (OperationCanceledException)
            {
                context.Abort();
            }
        };

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        Http.Dispose();
        using var quick = new CancellationTokenSource(TimeSpan.FromSeconds(1), TimeProvider.System);
        await _app.StopAsync(quick.Token);
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var request = context.Request;
        var call = new ApiCall(
            request.Method,
            request.Path.Value!,
            request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.Ordinal),
            request.ContentType,
            await reader.ReadToEndAsync(context.RequestAborted)
        );
        _calls.Enqueue(call);
        context.Items[nameof(ApiCall)] = call;
        foreach (var (matches, steps) in _scripts)
        {
            if (matches(call))
            {
                var step = steps.Count > 1 && steps.TryDequeue(out var next) ? next : steps.First();
                await step(context);
                return;
            }
        }

        context.Response.StatusCode = 500;
        await context.Response.WriteAsync($"no script for {call}", context.RequestAborted);
    }
}

public sealed record ApiCall(string Method, string Path, IReadOnlyDictionary<string, string> Query, string? ContentType, string Body)
{
    public bool IsWatch => Query.GetValueOrDefault("watch") == "true";

    public JsonNode Json => JsonNode.Parse(Body)!;
}
