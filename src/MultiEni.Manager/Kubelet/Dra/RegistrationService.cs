using System.Runtime.CompilerServices;
using MultiEni.Manager.Kubelet.Wire;

namespace MultiEni.Manager.Kubelet.Dra;

/// <summary>
/// The socket by which the kubelet finds the driver. It calls within moments of the socket's
/// appearing, and again after each start of its own.
/// </summary>
/// <param name="driver">The driver's name.</param>
/// <param name="endpoint">Path of the driver's own socket, as the kubelet sees it.</param>
/// <param name="told">
/// Called with what the kubelet made of it: null when it has registered the driver, and otherwise
/// why not.
/// </param>
internal sealed class RegistrationService(string driver, string endpoint, Action<string?> told) : IGrpcService
{
    /// <inheritdoc />
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> AnswerAsync(
        string method,
        ReadOnlyMemory<byte> request,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        switch (method)
        {
            case DraMethods.GetInfo:
                yield return Info();
                break;
            case DraMethods.NotifyRegistrationStatus:
                told(ReadProblem(request.Span));
                yield return ReadOnlyMemory<byte>.Empty;
                break;
            default:
                throw new GrpcException(GrpcStatus.Unimplemented, $"There is no method {method}.");
        }

        await Task.CompletedTask;
    }

    private ReadOnlyMemory<byte> Info()
    {
        var writer = new ProtoWriter();
        writer.Text(1, DraMethods.PluginType);
        writer.Text(2, driver);
        writer.Text(3, endpoint);
        foreach (var service in DraMethods.Services)
        {
            writer.Item(4, service);
        }

        return writer.Written;
    }

    private static string? ReadProblem(ReadOnlySpan<byte> message)
    {
        var (isRegistered, error) = (false, "");
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    isRegistered = reader.Number() != 0;
                    break;
                case 2:
                    error = reader.Text();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return isRegistered ? null
            : error.Length > 0 ? error
            : "the kubelet gives no reason";
    }
}
