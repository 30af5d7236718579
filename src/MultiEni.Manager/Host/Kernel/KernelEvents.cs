using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using MultiEni.Manager.Host.Kernel.Netlink;

namespace MultiEni.Manager.Host.Kernel;

/// <summary>
/// What the kernel announces about PCI devices and network interfaces. Nothing runs between
/// announcements. Who does not take them in time lets the kernel's buffer overflow, which shows as
/// an <c>overrun</c>.
/// </summary>
internal sealed class KernelEvents(KernelHostOptions options) : IHostEvents
{
    /// <summary>
    /// Announcements taken from the kernel ahead of the listener; the rest waits in the kernel's
    /// buffers.
    /// </summary>
    private const int Ahead = 16;

    /// <summary>
    /// Above any announcement: the kernel makes device events of at most 2 KiB of fields, and the
    /// message of a link is not much longer.
    /// </summary>
    private const int ReceiveSize = 32 * 1024;

    private const int NoBufferSpace = 105;

    private static readonly HostEvent Overrun = new("change", HostEvent.Net, "overrun");

    /// <inheritdoc/>
    /// <remarks>
    /// Listening starts with this call, not with the first <c>await foreach</c>, so that looking
    /// after calling misses nothing.
    /// </remarks>
    /// <exception cref="IOException">The kernel refuses the sockets.</exception>
    public IAsyncEnumerable<HostEvent> WatchAsync(CancellationToken cancellationToken)
    {
        var devices = NetlinkSocket.OpenDeviceEvents(options.EventBufferBytes);
        try
        {
            return Listen(devices, NetlinkSocket.OpenRouteNotifications(options.EventBufferBytes), cancellationToken);
        }
        catch
        {
            devices.Dispose();
            throw;
        }
    }

    private static async IAsyncEnumerable<HostEvent> Listen(
        Socket devices,
        Socket links,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var deviceSocket = devices;
        using var linkSocket = links;
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var channel = Channel.CreateBounded<HostEvent>(new BoundedChannelOptions(Ahead) { SingleReader = true });
        var pumps = Task.WhenAll(
            PumpAsync(deviceSocket, DecodeDeviceEvent, channel.Writer, stopped.Token),
            PumpAsync(linkSocket, DecodeNotifications, channel.Writer, stopped.Token)
        );
        try
        {
            await foreach (var hostEvent in channel.Reader.ReadAllAsync(cancellationToken))
            {
                yield return hostEvent;
            }
        }
        finally
        {
            await stopped.CancelAsync();
            await pumps.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// Carries announcements from a socket into the channel. An error of the socket becomes the
    /// listener's.
    /// </summary>
    private static async Task PumpAsync(
        Socket socket,
        Func<ReadOnlyMemory<byte>, IEnumerable<HostEvent>> decode,
        ChannelWriter<HostEvent> events,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var buffer = new byte[ReceiveSize];
            while (true)
            {
                var datagram = await ReceiveAsync(socket, buffer, cancellationToken);
                foreach (var hostEvent in datagram is { } bytes ? decode(bytes) : [Overrun])
                {
                    await events.WriteAsync(hostEvent, cancellationToken);
                }
            }
        }
        catch (Exception exception)
        {
            events.TryComplete(exception);
        }
    }

    /// <summary>The next datagram; null when the kernel had to drop some.</summary>
    private static async ValueTask<ReadOnlyMemory<byte>?> ReceiveAsync(Socket socket, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return buffer.AsMemory(0, await socket.ReceiveAsync(buffer.AsMemory(), SocketFlags.None, cancellationToken));
        }
        catch (SocketException exception) when (exception.NativeErrorCode == NoBufferSpace)
        {
            return null;
        }
    }

    private static IEnumerable<HostEvent> DecodeDeviceEvent(ReadOnlyMemory<byte> datagram) =>
        Uevent.Decode(datagram.Span) is { } hostEvent ? [hostEvent] : [];

    private static List<HostEvent> DecodeNotifications(ReadOnlyMemory<byte> datagram)
    {
        var events = new List<HostEvent>();
        var reader = new NetlinkReader(datagram.Span);
        while (reader.TryRead(out var message))
        {
            if (LinkNotification.Decode(message) is { } notification)
            {
                events.Add(new HostEvent(notification.Action, notification.Subsystem, notification.Name ?? NameOf(notification.LinkIndex)));
            }
        }

        if (reader.IsMalformed)
        {
            events.Add(Overrun);
        }

        return events;
    }

    private static string NameOf(int index)
    {
        Span<byte> name = stackalloc byte[LibC.InterfaceNameSize];
        // An interface that went away with its last address has no name any more, and its own
        // announcement follows.
        return LibC.InterfaceName((uint)index, ref name[0]) == 0 ? "" : Encoding.UTF8.GetString(name[..name.IndexOf((byte)0)]);
    }
}
