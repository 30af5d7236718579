using System.Net.Sockets;
using Grpc.Net.Client;

namespace MultiEni.Manager.Tests.Kubelet.Dra;

/// <summary>Connections to a socket by somebody else's gRPC.</summary>
internal static class UnixSocketChannel
{
    public static GrpcChannel Open(string path) =>
        GrpcChannel.ForAddress(
            "http://localhost",
            new GrpcChannelOptions
            {
                DisposeHttpClient = true,
                HttpHandler = new SocketsHttpHandler
                {
                    ConnectCallback = async (_, token) =>
                    {
                        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), token);
                        return new NetworkStream(socket, ownsSocket: true);
                    },
                },
            }
        );
}
