using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using MultiEni.Ipam.Protocol;
using MultiEni.Manager.Telemetry;

namespace MultiEni.Manager.Addresses;

/// <summary>
/// The socket on which the plugin asks: a connection for each request, one JSON object each way.
/// Only root can open it, who alone runs CNI plugins.
/// </summary>
/// <param name="path">Path of the socket.</param>
/// <param name="answer">Answers a request.</param>
/// <param name="logger">Log.</param>
internal sealed class IpamServer(string path, Func<IpamRequest, CancellationToken, Task<IpamReply>> answer, ILogger logger)
{
    private const int LongestRequest = 1 << 20;

    // Beyond the longest wait of an answer.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Serves until it is asked to stop.</summary>
    /// <exception cref="IOException">The path is no good.</exception>
    /// <exception cref="SocketException">The socket cannot be opened.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        using var listener = Open();
        var connections = new ConcurrentDictionary<Task, bool>();
        try
        {
            while (true)
            {
                var served = ServeAsync(await listener.AcceptAsync(stop), stop);
                connections.TryAdd(served, true);
                _ = served.ContinueWith(ended => connections.TryRemove(ended, out _), TaskScheduler.Default);
            }
        }
        finally
        {
            await Task.WhenAll(connections.Keys);
        }
    }

    private Socket Open()
    {
        var endPoint = Kubelet.Wire.UnixSocketPath.EndPoint(path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(path);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listener.Bind(endPoint);
            if (OperatingSystem.IsLinux())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            listener.Listen(512);
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    private async Task ServeAsync(Socket connection, CancellationToken stop)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limited.CancelAfter(Limit);
        try
        {
            await using var stream = new NetworkStream(connection, ownsSocket: true);
            var reply = await AnswerAsync(stream, limited.Token);
            await JsonSerializer.SerializeAsync(stream, reply, IpamJson.Default.IpamReply, limited.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or SocketException)
        {
            // Whoever asked is gone, or is about to be; it asks again.
        }
        catch (Exception error)
        {
            Log.AddressRequestFailed(logger, error);
        }
    }

    private async Task<IpamReply> AnswerAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        IpamRequest? request;
        try
        {
            request = JsonSerializer.Deserialize(await ReadAsync(stream, cancellationToken), IpamJson.Default.IpamRequest);
        }
        catch (JsonException error)
        {
            return new IpamReply
            {
                Error = new() { Code = IpamErrorCodes.Undecodable, Message = $"the request cannot be read: {error.Message}" },
            };
        }

        return request is null
            ? new IpamReply
            {
                Error = new() { Code = IpamErrorCodes.Undecodable, Message = "the request is empty" },
            }
            : await answer(request, cancellationToken);
    }

    private static async Task<byte[]> ReadAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        using var text = new MemoryStream();
        var buffer = new byte[4096];
        while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            text.Write(buffer, 0, count);
            if (text.Length > LongestRequest)
            {
                throw new JsonException($"it is longer than {LongestRequest} bytes");
            }
        }

        return text.ToArray();
    }
}
