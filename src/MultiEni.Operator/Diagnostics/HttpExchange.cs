using System.Globalization;
using System.Net;
using System.Text;

namespace MultiEni.Operator.Diagnostics;

/// <summary>
/// One request and its answer in HTTP/1.1, as much of it as probes and scrapers use: GET and HEAD, no body, and the connection closed
/// afterwards. Nothing of a request but its first line is looked at.
/// </summary>
internal static class HttpExchange
{
    private const int LongestHead = 16 * 1024;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Reads the request and writes the answer.</summary>
    /// <param name="stream">The connection.</param>
    /// <param name="answer">Gives the answer for a path.</param>
    /// <param name="cancellationToken">Ends the exchange.</param>
    /// <exception cref="IOException">The caller went away.</exception>
    /// <exception cref="OperationCanceledException">The caller took longer than ten seconds.</exception>
    public static async Task AnswerAsync(Stream stream, Func<string, HttpAnswer> answer, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(Limit);
        if (await ReadHeadAsync(stream, limited.Token) is not { } head)
        {
            return;
        }

        var given = Request(head) switch
        {
            (null, _) => new HttpAnswer(HttpStatusCode.BadRequest, "text/plain", "This is not HTTP/1.\n"),
            ("GET" or "HEAD", var path) => answer(path),
            _ => new HttpAnswer(HttpStatusCode.MethodNotAllowed, "text/plain", "Only GET and HEAD are answered.\n"),
        };
        var body = Encoding.UTF8.GetBytes(given.Body);
        var lines = string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {(int)given.Status} {given.Status}\r\nContent-Type: {given.Type}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"
        );
        await stream.WriteAsync(Encoding.ASCII.GetBytes(lines), limited.Token);
        if (!head.StartsWith("HEAD ", StringComparison.Ordinal))
        {
            await stream.WriteAsync(body, limited.Token);
        }
    }

    private static (string? Method, string Path) Request(string head)
    {
        var line = head[..head.IndexOf('\r', StringComparison.Ordinal)].Split(' ');
        return line is [var method, ['/', ..] target, ['H', 'T', 'T', 'P', '/', '1', '.', _]] ? (method, target.Split('?')[0]) : (null, "");
    }

    // Null when the caller closed before it had asked anything, as a probe of the port does.
    private static async Task<string?> ReadHeadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[LongestHead];
        var length = 0;
        while (length < LongestHead)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
            if (read == 0)
            {
                return null;
            }

            length += read;
            var end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                return Encoding.Latin1.GetString(buffer, 0, end + 2);
            }
        }

        return "\r\n";
    }
}
