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

/// <summary>The query protocol on a loopback port: form in, XML out. Signatures are not checked.</summary>
internal sealed class HttpEndpoint(WebApplication application) : IAsyncDisposable
{
    public Uri Address { get; } = new(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public static async Task<HttpEndpoint> StartAsync(CallPipeline pipeline, CancellationToken ct)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
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
            var answer = await pipeline.RunAsync(QueryParameters.Parse(body), AccessKey(context.Request), context.RequestAborted);
            if (answer.Lost)
            {
                Break(context, answer.Reset);
                return;
            }

            // Length and one write: head and body leave in one segment, else the caller waits 40 ms for its delayed acknowledgement.
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

    /// <summary>Who claims to call: <c>Credential=KEY/date/…</c> in the header of signature version 4.</summary>
    private static string AccessKey(HttpRequest request)
    {
        const string Begin = "Credential=";
        var header = request.Headers.Authorization.ToString();
        var start = header.IndexOf(Begin, StringComparison.Ordinal);
        return start < 0 ? "" : header[(start + Begin.Length)..].Split('/')[0];
    }

    /// <summary>Ends the connection under the answer; the server cannot send one any more.</summary>
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
