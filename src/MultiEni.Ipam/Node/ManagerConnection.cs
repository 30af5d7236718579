using System.Net.Sockets;
using System.Text.Json;
using MultiEni.Ipam.Protocol;

namespace MultiEni.Ipam.Node;

/// <summary>
/// Asks the ENI manager over its socket. Calls block: .NET leaves their time limits to the kernel
/// then, and starts no thread.
/// </summary>
/// <param name="path">The socket.</param>
/// <param name="time">The clock of the limit.</param>
internal sealed class ManagerConnection(string path, TimeProvider time)
{
    private const int LargestReply = 1 << 20;

    /// <summary>Asks.</summary>
    /// <param name="request">The question.</param>
    /// <param name="limit">How long all of it may take.</param>
    public ManagerAnswer Ask(IpamRequest request, TimeSpan limit)
    {
        var start = time.GetTimestamp();
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { SendTimeout = Remaining() };
            socket.Connect(new UnixDomainSocketEndPoint(path));
            for (ReadOnlyMemory<byte> rest = JsonSerializer.SerializeToUtf8Bytes(request, IpamJson.Default.IpamRequest); rest.Length > 0; )
            {
                socket.SendTimeout = Remaining();
                rest = rest[socket.Send(rest.Span)..];
            }

            socket.Shutdown(SocketShutdown.Send);
            var reply = new byte[4096];
            var length = 0;
            while (true)
            {
                socket.ReceiveTimeout = Remaining();
                var received = socket.Receive(reply.AsSpan(length));
                if (received == 0)
                {
                    return Decode(reply.AsSpan(0, length));
                }

                length += received;
                if (length == reply.Length)
                {
                    if (length >= LargestReply)
                    {
                        return new ManagerAnswer.None($"its answer has more than {LargestReply} bytes");
                    }

                    Array.Resize(ref reply, length * 2);
                }
            }
        }
        catch (SocketException error)
        {
            return new ManagerAnswer.None(
                error.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock
                    ? $"it did not answer within {limit.TotalSeconds:0} s"
                    : error.Message
            );
        }

        // In whole milliseconds; 0 would be no limit.
        int Remaining()
        {
            var remaining = limit - time.GetElapsedTime(start);
            return remaining > TimeSpan.Zero ? (int)Math.Ceiling(remaining.TotalMilliseconds) : throw new SocketException((int)SocketError.TimedOut);
        }
    }

    private static ManagerAnswer Decode(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return new ManagerAnswer.None("it closed the connection without an answer");
        }

        try
        {
            return JsonSerializer.Deserialize(text, IpamJson.Default.IpamReply) is { } reply
                ? new ManagerAnswer.Replied(reply)
                : new ManagerAnswer.None("its answer is null");
        }
        catch (JsonException)
        {
            return new ManagerAnswer.None("its answer was cut off or is no JSON");
        }
    }
}

/// <summary>What came of a question to the ENI manager.</summary>
internal abstract record ManagerAnswer
{
    private ManagerAnswer() { }

    /// <summary>It answered.</summary>
    public sealed record Replied(IpamReply Reply) : ManagerAnswer;

    /// <summary>It did not.</summary>
    /// <param name="Why">What happened instead, continuing a sentence about it.</param>
    public sealed record None(string Why) : ManagerAnswer;
}
