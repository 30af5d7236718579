using System.Buffers.Binary;

namespace MultiEni.Manager.Kubelet.Wire;

/// <summary>Messages on a gRPC stream: a byte that tells whether it is compressed, four with its length, the message.</summary>
internal static class GrpcFrame
{
    /// <summary>The content type of requests and answers.</summary>
    internal const string ContentType = "application/grpc";

    /// <summary>The longest message that is accepted, as in gRPC for Go.</summary>
    internal const int LongestMessage = 4 * 1024 * 1024;

    private const int HeaderLength = 5;

    /// <summary>The frame of a message.</summary>
    internal static byte[] Of(ReadOnlyMemory<byte> message)
    {
        var frame = new byte[HeaderLength + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame.AsMemory(HeaderLength));
        return frame;
    }

    /// <summary>The next message; null at the end of the stream.</summary>
    /// <exception cref="GrpcException">The stream breaks off, or the message is compressed or too long.</exception>
    internal static async Task<byte[]?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var header = new byte[HeaderLength];
        var read = await stream.ReadAtLeastAsync(header, HeaderLength, throwOnEndOfStream: false, cancellationToken);
        if (read == 0)
        {
            return null;
        }

        if (read < HeaderLength)
        {
            throw new GrpcException(GrpcStatus.InvalidArgument, "The stream ends within the head of a message.");
        }

        if (header[0] != 0)
        {
            throw new GrpcException(GrpcStatus.Unimplemented, "Compressed messages are not understood.");
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(1));
        if (length > LongestMessage)
        {
            throw new GrpcException(GrpcStatus.ResourceExhausted, $"A message of {length} bytes is longer than {LongestMessage}.");
        }

        var message = new byte[length];
        read = await stream.ReadAtLeastAsync(message, message.Length, throwOnEndOfStream: false, cancellationToken);
        return read == message.Length
            ? message
            : throw new GrpcException(GrpcStatus.InvalidArgument, $"The stream ends after {read} of the {length} bytes of a message.");
    }
}
