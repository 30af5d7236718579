using System.Buffers.Binary;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace MultiEni.Manager.Kubelet.Wire;

/// <summary>
/// One HTTP/2 request as one gRPC call. Nothing that a caller sends gets further than an error
/// status.
/// </summary>
internal static class GrpcExchange
{
    internal static async Task AnswerAsync(HttpContext context, IGrpcService service)
    {
        if (
            context.Request.Method != HttpMethods.Post
            || context.Request.ContentType?.StartsWith(GrpcFrame.ContentType, StringComparison.Ordinal) != true
        )
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        var stop = context.RequestAborted;
        context.Response.ContentType = GrpcFrame.ContentType;
        var (status, message) = (GrpcStatus.Ok, "");
        try
        {
            var request = await GrpcFrame.ReadAsync(context.Request.Body, stop);
            if (request is null || await GrpcFrame.ReadAsync(context.Request.Body, stop) is not null)
            {
                throw new GrpcException(GrpcStatus.InvalidArgument, "The request must be one message.");
            }

            await foreach (var answer in service.AnswerAsync(context.Request.Path.Value?.TrimStart('/') ?? "", request, stop))
            {
                await context.Response.Body.WriteAsync(GrpcFrame.Of(answer), stop);
                await context.Response.Body.FlushAsync(stop);
            }
        }
        catch (GrpcException error)
        {
            (status, message) = (error.Status, error.Message);
        }
        catch (ProtoException error)
        {
            (status, message) = (GrpcStatus.InvalidArgument, error.Message);
        }
        catch (Exception error) when (stop.IsCancellationRequested && error is OperationCanceledException or IOException)
        {
            // Nobody is there any more to be told.
            return;
        }

        context.Response.AppendTrailer("grpc-status", ((int)status).ToString(CultureInfo.InvariantCulture));
        if (message.Length > 0)
        {
            context.Response.AppendTrailer("grpc-message", Uri.EscapeDataString(message));
        }
    }
}

/// <summary>
/// Messages on a gRPC stream: a byte that tells whether it is compressed, four with its length, the
/// message.
/// </summary>
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
    /// <exception cref="GrpcException">
    /// The stream breaks off, or the message is compressed or too long.
    /// </exception>
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

/// <summary>How a gRPC call ended (grpc.io, "Status codes").</summary>
internal enum GrpcStatus
{
    /// <summary>Well.</summary>
    Ok = 0,

    /// <summary>The caller gave up.</summary>
    Cancelled = 1,

    /// <summary>For another reason.</summary>
    Unknown = 2,

    /// <summary>The request makes no sense.</summary>
    InvalidArgument = 3,

    /// <summary>What is asked for does not exist.</summary>
    NotFound = 5,

    /// <summary>The message is too large.</summary>
    ResourceExhausted = 8,

    /// <summary>The state of things forbids it.</summary>
    FailedPrecondition = 9,

    /// <summary>There is no such method, or the encoding is not known.</summary>
    Unimplemented = 12,

    /// <summary>Something is broken.</summary>
    Internal = 13,

    /// <summary>Nobody answers.</summary>
    Unavailable = 14,
}

/// <summary>
/// A gRPC call that did not end well: received from the other side, or to be told to it.
/// </summary>
internal sealed class GrpcException(GrpcStatus status, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>How it ended.</summary>
    public GrpcStatus Status => status;
}
