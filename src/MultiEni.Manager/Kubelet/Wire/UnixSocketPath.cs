using System.Net.Sockets;
using System.Text;

namespace MultiEni.Manager.Kubelet.Wire;

/// <summary>Paths of Unix sockets, which the kernel limits in length (unix(7)).</summary>
internal static class UnixSocketPath
{
    private const int LongestPath = 107;

    /// <summary>The address of a socket.</summary>
    /// <exception cref="IOException">The path is too long for a socket.</exception>
    internal static UnixDomainSocketEndPoint EndPoint(string path) =>
        Encoding.UTF8.GetByteCount(path) <= LongestPath
            ? new UnixDomainSocketEndPoint(path)
            : throw new IOException(
                $"'{path}' is longer than the {LongestPath} bytes that the path of a socket may have; shorten KUBELET_ROOT or DEVICE_PLUGINS_PATH."
            );
}
