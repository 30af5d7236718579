using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace MultiEni.Simulator.Ec2.Protocol;

/// <summary>
/// The query protocol on a loopback port: form in, XML out. Signatures are not checked.
/// </summary>
internal sealed class HttpEndpoint(WebApplication application) : IAsyncDisposable
{
    // One without sockets has no address; its clients need some all the same.
    private const string Nowhere = "http://localhost";

    public IServer Server { get; } = application.Services.GetRequiredService<IServer>();

    public Uri Address => new($"{Server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? Nowhere}/");

    public static async Task<HttpEndpoint> StartAsync(Ec2SimulatorOptions options, CallPipeline pipeline, CancellationToken ct)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls($"http://127.0.0.1:{options.Port}");
        options.Server?.Invoke(builder.WebHost);
        var application = builder.Build();
        application.Run(context => AnswerAsync(context, pipeline));
        await application.StartAsync(ct);
        return new HttpEndpoint(application);
    }

    public ValueTask DisposeAsync() => application.DisposeAsync();

    private static async Task AnswerAsync(HttpContext context, CallPipeline pipeline)
    {
        try
        {
            using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
            var body = await reader.ReadToEndAsync(context.RequestAborted);
            var answer = await pipeline.RunAsync(QueryParameters.Parse(body), AccessKeyId(context.Request), context.RequestAborted);
            if (answer.Lost)
            {
                Break(context, answer.Reset);
                return;
            }

            // Length and one write: head and body leave in one segment, else the caller waits 40 ms
            // for its delayed acknowledgement.
            context.Response.StatusCode = answer.Status;
            context.Response.ContentType = "text/xml;charset=UTF-8";
            context.Response.ContentLength = answer.Body.Length;
            await context.Response.BodyWriter.WriteAsync(answer.Body, context.RequestAborted);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone, or the simulator goes down.
        }
    }

    // "AWS4-HMAC-SHA256 Credential=AKIA.../20260101/us-east-1/ec2/aws4_request, ..."
    private static string AccessKeyId(HttpRequest request)
    {
        const string credential = "Credential=";
        var header = request.Headers.Authorization.ToString();
        var start = header.IndexOf(credential, StringComparison.Ordinal);
        if (start < 0)
        {
            return "";
        }

        var key = header[(start + credential.Length)..];
        return key[..Math.Max(0, key.IndexOf('/', StringComparison.Ordinal))];
    }

    /// <summary>
    /// Ends the connection under the answer; the server cannot send one any more.
    /// </summary>
    private static void Break(HttpContext context, bool reset)
    {
        if (reset)
        {
            context.Abort();
        }
        else
        {
            context.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket.Shutdown(SocketShutdown.Both);
        }
    }
}
