using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using MultiEni.Operator.Configuration;

namespace MultiEni.Operator.Diagnostics;

/// <summary>
/// Serves <c>/healthz</c>, <c>/readyz</c> and <c>/metrics</c>. A listener of its own, because Kestrel wakes once a second for as long as it
/// runs, and nothing else of an idle node agent does.
/// </summary>
/// <param name="address">As <see cref="ListenAddress.Parse"/> reads it; <c>0</c> switches the server off.</param>
/// <param name="checks">What healthy and ready mean.</param>
/// <param name="metrics">What <c>/metrics</c> shows.</param>
/// <param name="loggers">Log.</param>
public sealed class DiagnosticsServer(string address, HealthChecks checks, PrometheusExporter metrics, ILoggerFactory loggers) : IAsyncDisposable
{
    private const string MetricsType = "text/plain; version=0.0.4; charset=utf-8";
    private const string TextType = "text/plain; charset=utf-8";
    private const string Setting = "--metrics-addr or METRICS_ADDR";
    private const int MostConnections = 16;
    private static readonly TimeSpan AgainDelay = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _stop = new();
    private readonly LinkedList<Socket> _connections = [];
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Socket? _listener;
    private Task _accepting = Task.CompletedTask;

    /// <summary>Starts listening; returns the port, or null when the server is switched off.</summary>
    /// <exception cref="SettingsException">The address cannot be read, or the port is taken.</exception>
    public Task<int?> StartAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var listen = Parse(address);
        if (listen.IsDisabled)
        {
            return Task.FromResult<int?>(null);
        }

        try
        {
            _listener = Listen(listen);
        }
        catch (SocketException error)
        {
            throw new SettingsException([
                $"{Setting}: '{address}' cannot be listened on: {error.Message}; free the port, choose another one, or 0 for none",
            ]);
        }

        _accepting = AcceptAsync(_listener);
        var port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        OperatorLog.DiagnosticsListening(loggers.CreateLogger<DiagnosticsServer>(), port);
        return Task.FromResult<int?>(port);
    }

    /// <summary>Stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener?.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
        {
            if (_connections.Count == 0)
            {
                _empty.TrySetResult();
            }
        }

        await _empty.Task;
        _stop.Dispose();
    }

    private static ListenAddress Parse(string address)
    {
        try
        {
            return ListenAddress.Parse(address);
        }
        catch (FormatException error)
        {
            throw new SettingsException([$"{Setting}: '{address}' is not allowed; it must be {error.Message}"]);
        }
    }

    private static Socket Listen(ListenAddress listen)
    {
        var ofAll = Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;
        var host = listen.Host ?? ofAll;
        var socket = new Socket(host.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (host.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(new IPEndPoint(host, listen.Port));
            socket.Listen(MostConnections);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task AcceptAsync(Socket socket)
    {
        while (true)
        {
            try
            {
                _ = ServeAsync(Enter(await socket.AcceptAsync(_stop.Token)));
            }
            catch (SocketException error) when (error.SocketErrorCode is SocketError.ConnectionAborted or SocketError.ConnectionReset)
            {
                // Of this one caller, who has gone away again.
            }
            catch (SocketException)
            {
                // No descriptors or no memory left: what is there may still be answered.
                await Task.Delay(AgainDelay, TimeProvider.System, _stop.Token);
            }
        }
    }

    // A caller is answered as soon as he has asked, so the oldest of many is one that asks nothing or does not take his answer. He makes room: a probe
    // must not wait for him.
    private LinkedListNode<Socket> Enter(Socket caller)
    {
        lock (_gate)
        {
            if (_connections.Count >= MostConnections)
            {
                _connections.First!.Value.Dispose();
                _connections.RemoveFirst();
            }

            return _connections.AddLast(caller);
        }
    }

    private void Leave(LinkedListNode<Socket> connection)
    {
        lock (_gate)
        {
            if (connection.List is not null)
            {
                _connections.Remove(connection);
            }

            if (_connections.Count == 0 && _stop.IsCancellationRequested)
            {
                _empty.TrySetResult();
            }
        }
    }

    private async Task ServeAsync(LinkedListNode<Socket> connection)
    {
        try
        {
            await using var stream = new NetworkStream(connection.Value, ownsSocket: true);
            await HttpExchange.AnswerAsync(stream, Answer, _stop.Token);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The caller went away, took too long, or had to make room.
        }
        finally
        {
            Leave(connection);
        }
    }

    private HttpAnswer Answer(string path) =>
        path switch
        {
            "/healthz" or "/livez" => Report(checks.LivenessFailures()),
            "/readyz" => Report(checks.ReadinessFailures()),
            "/metrics" => new HttpAnswer(HttpStatusCode.OK, MetricsType, metrics.Render()),
            _ => new HttpAnswer(HttpStatusCode.NotFound, TextType, "Try /healthz, /readyz or /metrics.\n"),
        };

    private static HttpAnswer Report(IReadOnlyList<string> failures) =>
        failures.Count == 0
            ? new HttpAnswer(HttpStatusCode.OK, TextType, "ok\n")
            : new HttpAnswer(HttpStatusCode.ServiceUnavailable, TextType, string.Join('\n', failures) + "\n");
}
