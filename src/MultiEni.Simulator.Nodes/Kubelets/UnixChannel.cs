using System.Net.Sockets;
using Grpc.Net.Client;

namespace MultiEni.Simulator.Nodes.Kubelets;

/// <summary>gRPC over a Unix socket.</summary>
internal static class UnixChannel
{
    internal static GrpcChannel Open(string socketPath) =>
        GrpcChannel.ForAddress(
            "http://localhost",
            new GrpcChannelOptions
            {
                HttpHandler = new SocketsHttpHandler { ConnectCallback = (_, cancellationToken) => ConnectAsync(socketPath, cancellationToken) },
                DisposeHttpClient = true,
            }
        );

    private static async ValueTask<Stream> ConnectAsync(string socketPath, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
