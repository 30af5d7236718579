using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace MultiEni.Manager.Kubelet.Wire;

/// <summary>
/// Calls of one server on a Unix socket. Every call has a connection of its own: calls are rare,
/// and an idle connection would be one more thing that breaks when the kubelet restarts.
/// </summary>
/// <param name="socketPath">The server's socket.</param>
/// <param name="limit">How long a call may take.</param>
/// <param name="time">The clock.</param>
internal sealed class GrpcClient(string socketPath, TimeSpan limit, TimeProvider time)
{
    private static readonly Uri Authority = new("http://localhost/");

    /// <summary>A call with one request and one answer.</summary>
    /// <param name="method">Such as <c>v1.PodResourcesLister/List</c>.</param>
    /// <param name="request">The request message.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="GrpcException">Nobody answers, or the answer is an error.</exception>
    public async Task<byte[]> CallAsync(string method, ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var handler = new SocketsHttpHandler { ConnectCallback = (_, token) => ConnectAsync(token), UseProxy = false };
            using var http = new HttpMessageInvoker(handler);
            return await CallAsync(http, method, request, either.Token);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new GrpcException(GrpcStatus.Unavailable, $"{socketPath} did not answer {method} within {limit.TotalSeconds} s.", error);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or HttpProtocolException)
        {
            throw new GrpcException(GrpcStatus.Unavailable, $"{socketPath}: {Innermost(error).Message}", error);
        }
    }

    private static async Task<byte[]> CallAsync(
        HttpMessageInvoker http,
        string method,
        ReadOnlyMemory<byte> request,
        CancellationToken cancellationToken
    )
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(Authority, method))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(GrpcFrame.Of(request)),
        };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue(GrpcFrame.ContentType);
        message.Headers.TE.ParseAdd("trailers");
        using var response = await http.SendAsync(message, cancellationToken);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new GrpcException(GrpcStatus.Unknown, $"{method} was answered with HTTP status {(int)response.StatusCode}.");
        }

        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var answer = await GrpcFrame.ReadAsync(body, cancellationToken);
        if (answer is not null)
        {
            // What follows the only message is the end, and with it come the trailers.
            await GrpcFrame.ReadAsync(body, cancellationToken);
        }

        ThrowIfFailed(response, method);
        return answer ?? throw new GrpcException(GrpcStatus.Internal, $"{method} was answered with no message.");
    }

    // An answer without a message may have its status among the headers.
    private static void ThrowIfFailed(HttpResponseMessage response, string method)
    {
        var status = Header(response, "grpc-status");
        if (!int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var code))
        {
            throw new GrpcException(GrpcStatus.Unknown, $"{method} was answered without a status.");
        }

        if (code != (int)GrpcStatus.Ok)
        {
            throw new GrpcException(
                (GrpcStatus)code,
                Uri.UnescapeDataString(Header(response, "grpc-message") ?? $"{method} failed with code {code}.")
            );
        }
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out var trailers) ? trailers.FirstOrDefault()
        : response.Headers.TryGetValues(name, out var headers) ? headers.FirstOrDefault()
        : null;

    private async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(UnixSocketPath.EndPoint(socketPath), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static Exception Innermost(Exception error) => error.InnerException is { } inner ? Innermost(inner) : error;
}
