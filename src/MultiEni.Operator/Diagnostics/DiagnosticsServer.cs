using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using MultiEni.Operator.Configuration;

namespace MultiEni.Operator.Diagnostics;

/// <summary>
/// Serves <c>/healthz</c>, <c>/readyz</c> and <c>/metrics</c>. A listener of its own, because
/// Kestrel wakes once a second for as long as it runs, and nothing else of an idle node agent does.
/// </summary>
/// <param name="address">
/// As <see cref="ListenAddress.Parse"/> reads it; <c>0</c> switches the server off.
/// </param>
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

    /// <summary>
    /// Starts listening; returns the port, or null when the server is switched off.
    /// </summary>
    /// <exception cref="SettingsException">
    /// The address cannot be read, or the port is taken.
    /// </exception>
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

    // A caller is answered as soon as he has asked, so the oldest of many is one that asks nothing
    // or does not take his answer. He makes room: a probe must not wait for him.
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
            await HttpExchange.AnswerAsync(stream, AnswerAsync, _stop.Token);
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

    private async ValueTask<HttpAnswer> AnswerAsync(string path, CancellationToken cancellationToken) =>
        path switch
        {
            "/healthz" or "/livez" => Report(checks.LivenessFailures()),
            "/readyz" => Report(checks.ReadinessFailures()),
            "/metrics" => new HttpAnswer(HttpStatusCode.OK, MetricsType, await metrics.RenderAsync(cancellationToken)),
            _ => new HttpAnswer(HttpStatusCode.NotFound, TextType, "Try /healthz, /readyz or /metrics.\n"),
        };

    private static HttpAnswer Report(IReadOnlyList<string> failures) =>
        failures.Count == 0
            ? new HttpAnswer(HttpStatusCode.OK, TextType, "ok\n")
            : new HttpAnswer(HttpStatusCode.ServiceUnavailable, TextType, string.Join('\n', failures) + "\n");
}

/// <summary>
/// One request and its answer in HTTP/1.1, as much of it as probes and scrapers use: GET and HEAD,
/// no body, and the connection closed afterwards. Nothing of a request but its first line is looked
/// at.
/// </summary>
internal static class HttpExchange
{
    private const int LongestHead = 16 * 1024;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Reads the request and writes the answer.</summary>
    /// <param name="stream">The connection.</param>
    /// <param name="answer">Gives the answer for a path.</param>
    /// <param name="cancellationToken">Ends the exchange.</param>
    /// <exception cref="IOException">The caller went away.</exception>
    /// <exception cref="OperationCanceledException">
    /// The caller took longer than ten seconds.
    /// </exception>
    public static async Task AnswerAsync(
        Stream stream,
        Func<string, CancellationToken, ValueTask<HttpAnswer>> answer,
        CancellationToken cancellationToken
    )
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(Limit);
        if (await ReadHeadAsync(stream, limited.Token) is not { } head)
        {
            return;
        }

        var given = Request(head) switch
        {
            (null, _) => new HttpAnswer(HttpStatusCode.BadRequest, "text/plain", "This is not HTTP/1.\n"),
            ("GET" or "HEAD", var path) => await answer(path, limited.Token),
            _ => new HttpAnswer(HttpStatusCode.MethodNotAllowed, "text/plain", "Only GET and HEAD are answered.\n"),
        };
        var body = Encoding.UTF8.GetBytes(given.Body);
        var lines = string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {(int)given.Status} {given.Status}\r\nContent-Type: {given.Type}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"
        );
        await stream.WriteAsync(Encoding.ASCII.GetBytes(lines), limited.Token);
        if (!head.StartsWith("HEAD ", StringComparison.Ordinal))
        {
            await stream.WriteAsync(body, limited.Token);
        }
    }

    private static (string? Method, string Path) Request(string head)
    {
        var line = head[..head.IndexOf('\r', StringComparison.Ordinal)].Split(' ');
        return line is [var method, ['/', ..] target, ['H', 'T', 'T', 'P', '/', '1', '.', _]] ? (method, target.Split('?')[0]) : (null, "");
    }

    // Null when the caller closed before it had asked anything, as a probe of the port does.
    private static async Task<string?> ReadHeadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[LongestHead];
        var length = 0;
        while (length < LongestHead)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
            if (read == 0)
            {
                return null;
            }

            length += read;
            var end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                return Encoding.Latin1.GetString(buffer, 0, end + 2);
            }
        }

        return "\r\n";
    }
}

/// <summary>What a caller gets.</summary>
/// <param name="Status">Status code.</param>
/// <param name="Type">Media type.</param>
/// <param name="Body">Text.</param>
internal readonly record struct HttpAnswer(HttpStatusCode Status, string Type, string Body);

/// <summary>An address to listen on, as Go programs take it.</summary>
/// <param name="Host">The address, or null for all of them.</param>
/// <param name="Port">The port; 0 lets the system choose.</param>
/// <param name="IsDisabled">Do not listen at all.</param>
public readonly record struct ListenAddress(IPAddress? Host, int Port, bool IsDisabled)
{
    /// <summary>
    /// Reads <c>:8080</c>, <c>8080</c>, <c>127.0.0.1:8080</c>, <c>[::1]:8080</c>,
    /// <c>localhost:8080</c>, or <c>0</c> for not at all.
    /// </summary>
    /// <exception cref="FormatException">Says what is allowed.</exception>
    public static ListenAddress Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text is "0" or "")
        {
            return new(null, 0, true);
        }

        var colon = text.LastIndexOf(':');
        var host = text[..Math.Max(colon, 0)];
        if (int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= IPEndPoint.MaxPort)
        {
            switch (host)
            {
                case "":
                    return new(null, port, false);
                case "localhost":
                    return new(IPAddress.Loopback, port, false);
                default:
                    var bare = host is ['[', .., ']'] ? host[1..^1] : host;
                    if (IPAddress.TryParse(bare, out var address))
                    {
                        return new(address, port, false);
                    }

                    break;
            }
        }

        throw new FormatException("an address such as :8080 or 127.0.0.1:8080, or 0 to listen nowhere");
    }
}
