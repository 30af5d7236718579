using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MultiEni.Cli.Invocation;

namespace MultiEni.Cli.Map;

/// <summary>Serves the page on loopback.</summary>
internal sealed class MapServer : IAsyncDisposable
{
    // A browser keeps six to an origin; more are not its.
    private const int MostConnections = 32;

    private readonly WebApplication _application;
    private readonly MapFeed _feed;
    private readonly Func<string, CancellationToken, Task<EniStory?>> _story;
    private readonly TimeProvider _time;
    private readonly string _token = RandomNumberGenerator.GetHexString(32, lowercase: true);

    // Nobody is admitted before the port is known.
    private MapGate? _gate;

    private MapServer(WebApplication application, MapFeed feed, Func<string, CancellationToken, Task<EniStory?>> story, TimeProvider time)
    {
        _application = application;
        _feed = feed;
        _story = story;
        _time = time;
    }

    /// <summary>The address with the secret, for the user alone.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    /// <summary>Listens on 127.0.0.1.</summary>
    /// <param name="port">Port; 0 for a free one.</param>
    /// <param name="feed">What to draw.</param>
    /// <param name="story">The story of the ENI of an ENIAttachment; null if there is none of the name.</param>
    /// <param name="time">Clock.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="CommandFailedException">The port is in use.</exception>
    public static async Task<MapServer> StartAsync(
        int port,
        MapFeed feed,
        Func<string, CancellationToken, Task<EniStory?>> story,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        // Ctrl-C is the command's, and a stream that never ends must not hold up the end.
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(100));
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(options =>
            {
                options.AddServerHeader = false;
                options.Limits.MaxConcurrentConnections = MostConnections;
                options.Limits.MaxRequestBodySize = 0;
            })
            .UseUrls($"http://127.0.0.1:{port}");
        var server = new MapServer(builder.Build(), feed, story, time);
        server._application.Run(server.AnswerAsync);
        try
        {
            await server._application.StartAsync(cancellationToken);
        }
        catch (IOException inUse)
        {
            await server.DisposeAsync();
            throw new CommandFailedException(
                $"Cannot listen on 127.0.0.1:{port}: {inUse.Message}",
                "choose another --port, or omit it to use a free port",
                ExitCodes.Unknown
            );
        }

        var listens = server._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        server.Address = new Uri($"{listens}/{server._token}/");
        server._gate = new MapGate(server.Address.Port, server._token);
        return server;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        SetHeaders(context.Response.Headers);
        var request = context.Request;
        var origin = request.Headers.Origin.Count == 0 ? null : request.Headers.Origin.ToString();
        if (_gate?.Admit(request.Headers.Host.ToString(), origin, request.Path.Value ?? "") is not { } path)
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        if (!HttpMethods.IsGet(request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = HttpMethods.Get;
            return;
        }

        try
        {
            await (
                path switch
                {
                    "stream" => StreamAsync(context),
                    "story" => StoryAsync(context),
                    _ => FileAsync(context, path),
                }
            );
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The reader has gone.
        }
    }

    private static void SetHeaders(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy =
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
            + "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
    }

    private static async Task FileAsync(HttpContext context, string path)
    {
        if (MapFiles.Find(path) is not { } file)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        await SendAsync(context, file.ContentType, file.Body);
    }

    private async Task StoryAsync(HttpContext context)
    {
        if (await _story(context.Request.Query["eni"].ToString(), context.RequestAborted) is not { } story)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        await SendAsync(context, "application/json", JsonSerializer.SerializeToUtf8Bytes(story, MapJson.Default.EniStory));
    }

    private async Task StreamAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _application.Lifetime.ApplicationStopping);
        try
        {
            await MapStream.WriteAsync(_feed, context.Response.BodyWriter, _time, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The reader has gone, or the map ends.
        }
    }

    // Length and one write: head and body leave in one segment.
    private static async Task SendAsync(HttpContext context, string type, byte[] body)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        await context.Response.BodyWriter.WriteAsync(body, context.RequestAborted);
    }
}
