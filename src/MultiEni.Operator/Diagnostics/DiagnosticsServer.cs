using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MultiEni.Operator.Diagnostics;

/// <summary>Serves <c>/healthz</c>, <c>/readyz</c> and <c>/metrics</c>.</summary>
/// <param name="address">As <see cref="ListenAddress.Parse"/> reads it; <c>0</c> switches the server off.</param>
/// <param name="checks">What healthy and ready mean.</param>
/// <param name="metrics">What <c>/metrics</c> shows.</param>
/// <param name="loggers">Log.</param>
public sealed class DiagnosticsServer(string address, HealthChecks checks, PrometheusExporter metrics, ILoggerFactory loggers) : IAsyncDisposable
{
    private const string MetricsType = "text/plain; version=0.0.4; charset=utf-8";
    private WebApplication? app;

    /// <summary>Starts listening; returns the port, or null when the server is switched off.</summary>
    /// <exception cref="FormatException">The address cannot be read.</exception>
    /// <exception cref="IOException">The port is taken.</exception>
    public async Task<int?> StartAsync(CancellationToken cancellationToken)
    {
        var listen = ListenAddress.Parse(address);
        if (listen.IsDisabled)
        {
            return null;
        }

        var builder = WebApplication.CreateSlimBuilder();
        // The program's log, and the program's signal handling: the slim host must not end with a SIGTERM of its own accord.
        builder.Services.Replace(ServiceDescriptor.Singleton(loggers));
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, NoLifetime>());
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            if (listen.Host is { } host)
            {
                kestrel.Listen(host, listen.Port);
            }
            else
            {
                kestrel.ListenAnyIP(listen.Port);
            }
        });
        app = builder.Build();
        app.Run(AnswerAsync);
        await app.StartAsync(cancellationToken);
        var port = new Uri(app.Urls.First().Replace("[::]", "localhost", StringComparison.Ordinal)).Port;
        OperatorLog.DiagnosticsListening(loggers.CreateLogger<DiagnosticsServer>(), port);
        return port;
    }

    /// <summary>Stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        if (app is not null)
        {
            await app.DisposeAsync();
        }
    }

    private Task AnswerAsync(HttpContext context) =>
        context.Request.Path.Value switch
        {
            "/healthz" or "/livez" => ReportAsync(context, checks.LivenessFailures()),
            "/readyz" => ReportAsync(context, checks.ReadinessFailures()),
            "/metrics" => WriteAsync(context, StatusCodes.Status200OK, MetricsType, metrics.Render()),
            _ => WriteAsync(context, StatusCodes.Status404NotFound, "text/plain", "Try /healthz, /readyz or /metrics.\n"),
        };

    private static Task ReportAsync(HttpContext context, IReadOnlyList<string> failures) =>
        failures.Count == 0
            ? WriteAsync(context, StatusCodes.Status200OK, "text/plain", "ok\n")
            : WriteAsync(context, StatusCodes.Status503ServiceUnavailable, "text/plain", string.Join('\n', failures) + "\n");

    private static Task WriteAsync(HttpContext context, int status, string type, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        return context.Response.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>Leaves start and stop to the program.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
