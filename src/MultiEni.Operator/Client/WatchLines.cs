using System.Buffers;
using System.IO.Pipelines;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Operator.Client;

/// <summary>Splits the endless body of a watch into frames, one a line.</summary>
internal sealed class WatchLines<T>(PipeReader body, ResourceKind<T> kind)
    where T : class, IKubernetesObject
{
    /// <summary>The next event, or null when the server ended the watch.</summary>
    /// <exception cref="IOException">The connection was cut in the middle of a frame.</exception>
    public async ValueTask<WatchEvent<T>?> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await body.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            if (buffer.PositionOf((byte)'\n') is { } newline)
            {
                var line = buffer.Slice(0, newline);
                var next = IsBlank(line) ? null : WatchFrame.Parse(line, kind);
                body.AdvanceTo(buffer.GetPosition(1, newline));
                if (next is not null)
                {
                    return next;
                }
            }
            else if (result.IsCompleted)
            {
                var isCut = !IsBlank(buffer);
                body.AdvanceTo(buffer.End);
                return isCut ? throw new IOException($"watch {kind.Plural}: the connection ended in the middle of a frame") : null;
            }
            else
            {
                body.AdvanceTo(buffer.Start, buffer.End);
            }
        }
    }

    private static bool IsBlank(ReadOnlySequence<byte> line)
    {
        foreach (var segment in line)
        {
            if (segment.Span.IndexOfAnyExcept(" \r\t"u8) >= 0)
            {
                return false;
            }
        }

        return true;
    }
}
