using System.Runtime.CompilerServices;
using MultiEni.Manager.Kubelet.Wire;

namespace MultiEni.Manager.Kubelet.Dra;

/// <summary>
/// The driver's own socket. Every claim of a call is answered for itself, all at the same time: one
/// that has to wait or cannot be prepared says nothing of the others.
/// </summary>
/// <param name="prepare">Prepares a claim.</param>
/// <param name="unprepare">Ends the preparation of a claim.</param>
/// <param name="health">Tells of the devices' health.</param>
internal sealed class DraPluginService(
    Func<ClaimReference, CancellationToken, Task<PrepareAnswer>> prepare,
    Func<ClaimReference, CancellationToken, Task<UnprepareAnswer>> unprepare,
    DeviceHealthFeed health
) : IGrpcService
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
            case DraMethods.Prepare or DraMethods.PrepareBeta:
                yield return DraMessages.PrepareResponse(
                    await EachAsync(request, prepare, static why => new PrepareAnswer.Refused(why), cancellationToken)
                );
                break;
            case DraMethods.Unprepare or DraMethods.UnprepareBeta:
                yield return DraMessages.UnprepareResponse(
                    await EachAsync(request, unprepare, static why => new UnprepareAnswer.Refused(why), cancellationToken)
                );
                break;
            case DraMethods.WatchHealth or DraMethods.WatchHealthAlpha:
                await foreach (var devices in health.WatchAsync(cancellationToken))
                {
                    yield return devices;
                }

                break;
            default:
                throw new GrpcException(GrpcStatus.Unimplemented, $"There is no method {method}.");
        }
    }

    private static async Task<KeyValuePair<string, T>[]> EachAsync<T>(
        ReadOnlyMemory<byte> request,
        Func<ClaimReference, CancellationToken, Task<T>> answer,
        Func<string, T> failed,
        CancellationToken cancellationToken
    )
    {
        return await Task.WhenAll(DraMessages.ReadClaims(request.Span).DistinctBy(claim => claim.Uid).Select(OneAsync));

        async Task<KeyValuePair<string, T>> OneAsync(ClaimReference claim)
        {
            try
            {
                return KeyValuePair.Create(claim.Uid, await answer(claim, cancellationToken));
            }
            catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                return KeyValuePair.Create(claim.Uid, failed($"claim {claim}: {error.Message}"));
            }
        }
    }
}
