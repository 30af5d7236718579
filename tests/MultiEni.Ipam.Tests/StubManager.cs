using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using MultiEni.Ipam.Protocol;

namespace MultiEni.Ipam.Tests;

/// <summary>A server that answers as the ENI manager does, with what the test says.</summary>
internal sealed class StubManager : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Task _serving;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ipam-");

    private StubManager(Func<IpamRequest, string?> answer)
    {
        _listener.Bind(new UnixDomainSocketEndPoint(Path));
        _listener.Listen(200);
        _serving = ServeAsync(answer);
    }

    /// <summary>A folder for the test's files.</summary>
    public string Folder => _folder.FullName;

    /// <summary>Its socket.</summary>
    public string Path => System.IO.Path.Combine(Folder, "ipam.sock");

    /// <summary>What it was asked.</summary>
    public ConcurrentQueue<IpamRequest> Requests { get; } = new();

    /// <summary>Answers with addresses.</summary>
    public static StubManager WithAddresses(params IpamAddress[] addresses) => With(_ => new IpamReply { Addresses = [.. addresses] });

    /// <summary>Answers with an error.</summary>
    public static StubManager WithError(int code, string message) =>
        With(_ => new IpamReply
        {
            Error = new IpamError { Code = code, Message = message },
        });

    /// <summary>Answers as a function says.</summary>
    public static StubManager With(Func<IpamRequest, IpamReply> answer) =>
        new(request => JsonSerializer.Serialize(answer(request), IpamJson.Default.IpamReply));

    /// <summary>Answers with any text; never, when that is null.</summary>
    public static StubManager WithText(string? text) => new(_ => text);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task ServeAsync(Func<IpamRequest, string?> answer)
    {
        while (true)
        {
            var connection = await _listener.AcceptAsync(_stop.Token);
            _ = AnswerAsync(connection, answer);
        }
    }

    private async Task AnswerAsync(Socket connection, Func<IpamRequest, string?> answer)
    {
        await using var stream = new NetworkStream(connection, ownsSocket: true);
        using var reader = new StreamReader(stream);
        var request = JsonSerializer.Deserialize(await reader.ReadToEndAsync(_stop.Token), IpamJson.Default.IpamRequest)!;
        Requests.Enqueue(request);
        if (answer(request) is { } text)
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(text), _stop.Token);
        }
        else
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _stop.Token);
        }
    }
}
