using System.Net.Sockets;

namespace MultiEni.VirtualMachine;

internal static class LocalSocket
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Connects as soon as somebody listens.</summary>
    public static async Task<Socket> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval);
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
                return socket;
            }
            catch (SocketException)
            {
                socket.Dispose();
                await timer.WaitForNextTickAsync(cancellationToken);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }
}
