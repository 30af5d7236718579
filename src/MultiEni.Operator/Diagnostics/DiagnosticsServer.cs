using Microsoft.Extensions.Logging;

namespace MultiEni.Operator.Diagnostics;

/// <summary>Serves <c>/healthz</c>, <c>/readyz</c> and <c>/metrics</c>.</summary>
public sealed class DiagnosticsServer(
    string address,
    HealthChecks checks,
    PrometheusExporter metrics,
    ILoggerFactory loggers
) : IAsyncDisposable
{
    /// <summary>Starts listening; returns the port, or null when the address <c>0</c> switches the server off.</summary>
    public Task<int?> StartAsync(CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Stops listening.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
