using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MultiEni.Manager.Kubelet.Wire;

/// <summary>
/// Serves gRPC on any number of Unix sockets that come and go, with one Kestrel for all of them:
/// each Kestrel has a thread that wakes every second, and a node may have a resource for each ENI.
/// </summary>
internal sealed class GrpcSocketServer : IAsyncDisposable
{
    private readonly SocketTransportFactory _sockets;
    private readonly Channel<ConnectionContext> _accepted = Channel.CreateUnbounded<ConnectionContext>();
    private readonly KestrelServer _kestrel;

    private GrpcSocketServer(ILoggerFactory loggers)
    {
        _sockets = new SocketTransportFactory(Options.Create(new SocketTransportOptions { IOQueueCount = 1 }), loggers);
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxRequestBodySize = null;
        // A kubelet that says nothing for hours is as it should be.
        options.Limits.MinRequestBodyDataRate = null;
        options.Limits.MinResponseDataRate = null;
        options.Listen(AllSockets.EndPoint, listen => listen.Protocols = HttpProtocols.Http2);
        _kestrel = new KestrelServer(Options.Create(options), new AllSockets(_accepted), loggers);
    }

    /// <summary>Starts without a socket.</summary>
    public static async Task<GrpcSocketServer> StartAsync(ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var server = new GrpcSocketServer(loggers);
        await server._kestrel.StartAsync(new GrpcApplication(), cancellationToken);
        return server;
    }

    /// <summary>
    /// Listens on a socket, in place of whatever is at its path. Disposing the result ends that and
    /// removes the socket's file.
    /// </summary>
    /// <exception cref="IOException">The path is no good, or the folder is missing.</exception>
    public async Task<IAsyncDisposable> ListenAsync(string path, IGrpcService service, CancellationToken cancellationToken)
    {
        var endPoint = UnixSocketPath.EndPoint(path);
        File.Delete(path);
        return new Listener(await _sockets.BindAsync(endPoint, cancellationToken), service, _accepted.Writer);
    }

    /// <summary>Ends all calls. The sockets are those of whoever opened them.</summary>
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _kestrel.StopAsync(now.Token);
        _kestrel.Dispose();
    }

    private sealed class Listener : IAsyncDisposable
    {
        private readonly IConnectionListener _socket;
        private readonly Task _accepting;

        public Listener(IConnectionListener socket, IGrpcService service, ChannelWriter<ConnectionContext> accepted)
        {
            _socket = socket;
            _accepting = AcceptAsync(service, accepted);
        }

        public async ValueTask DisposeAsync()
        {
            await _socket.UnbindAsync(CancellationToken.None);
            await _accepting;
            await _socket.DisposeAsync();
        }

        private async Task AcceptAsync(IGrpcService service, ChannelWriter<ConnectionContext> accepted)
        {
            while (await _socket.AcceptAsync(CancellationToken.None) is { } connection)
            {
                connection.Features.Set(service);
                await accepted.WriteAsync(connection, CancellationToken.None);
            }
        }
    }

    /// <summary>To Kestrel, all sockets are one.</summary>
    private sealed class AllSockets(Channel<ConnectionContext> accepted) : IConnectionListenerFactory, IConnectionListener
    {
        public static EndPoint EndPoint { get; } = new IPEndPoint(IPAddress.Loopback, 0);

        EndPoint IConnectionListener.EndPoint => EndPoint;

        public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => new(this);

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            await accepted.Reader.WaitToReadAsync(cancellationToken) && accepted.Reader.TryRead(out var connection) ? connection : null;

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            accepted.Writer.TryComplete();
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class GrpcApplication : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public Task ProcessRequestAsync(HttpContext context) =>
            GrpcExchange.AnswerAsync(context, context.Features.GetRequiredFeature<IGrpcService>());

        public void DisposeContext(HttpContext context, Exception? exception)
        {
            // The context holds nothing of its own.
        }
    }
}

/// <summary>What is behind one socket.</summary>
internal interface IGrpcService
{
    /// <summary>Answers a call.</summary>
    /// <param name="method">Such as <c>v1beta1.DevicePlugin/Allocate</c>.</param>
    /// <param name="request">The request message.</param>
    /// <param name="cancellationToken">Ends when the caller goes away.</param>
    /// <returns>
    /// The answers; a plain call has exactly one, and a stream goes on until the caller has enough.
    /// </returns>
    /// <exception cref="GrpcException">The call fails.</exception>
    /// <exception cref="ProtoException">The request cannot be read.</exception>
    IAsyncEnumerable<ReadOnlyMemory<byte>> AnswerAsync(string method, ReadOnlyMemory<byte> request, CancellationToken cancellationToken);
}

/// <summary>Paths of Unix sockets, which the kernel limits in length (unix(7)).</summary>
internal static class UnixSocketPath
{
    /// <summary>How many bytes a path may have.</summary>
    internal const int LongestPath = 107;

    /// <summary>The address of a socket.</summary>
    /// <exception cref="IOException">The path is too long for a socket.</exception>
    internal static UnixDomainSocketEndPoint EndPoint(string path) =>
        Encoding.UTF8.GetByteCount(path) <= LongestPath
            ? new UnixDomainSocketEndPoint(path)
            : throw new IOException(
                $"'{path}' is longer than the {LongestPath} bytes that the path of a socket may have; shorten KUBELET_ROOT, DEVICE_PLUGINS_PATH or IPAM_SOCKET."
            );
}
