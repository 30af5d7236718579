using Microsoft.Extensions.Logging;
using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Client;

namespace MultiEni.Manager.Claims.Slices;

/// <summary>
/// Deletes the node's slice after the publisher was changed, so that schedulers do not give its
/// devices to claims that nobody prepares. The record of what was offered says that there may be one,
/// and goes after it: a node that never offered devices to claims sends nothing.
/// </summary>
/// <param name="record">File of what was offered to claims.</param>
/// <param name="client">The API server.</param>
/// <param name="node">The node.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class FormerSlice(string record, KubernetesClient client, string node, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(5);

    /// <summary>Tries until it is gone, the API server forbids it, or cancelled.</summary>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        var retry = FirstRetry;
        while (File.Exists(record))
        {
            try
            {
                await DeleteAsync(cancellationToken);
                File.Delete(record);
                return;
            }
            catch (KubernetesApiException error) when (error.IsForbidden)
            {
                // The kubelet does it, half a minute after the driver is gone.
                ClaimLog.FormerSliceLeft(logger, SliceDecision.NameOf(node), error.Message);
                return;
            }
            catch (Exception error) when (KubernetesFailure.Is(error) || error is IOException or UnauthorizedAccessException)
            {
                ClaimLog.FormerSliceLeft(logger, SliceDecision.NameOf(node), error.Message);
            }

            await Task.Delay(retry, time, cancellationToken);
            retry = retry * 2 < LongestRetry ? retry * 2 : LongestRetry;
        }
    }

    private async Task DeleteAsync(CancellationToken cancellationToken)
    {
        var name = SliceDecision.NameOf(node);
        try
        {
            await client.DeleteAsync(SlicePublisher.Kind, ObjectKey.Cluster(name), new DeleteOptions(), cancellationToken);
            ClaimLog.SliceDeleted(logger, name);
        }
        catch (KubernetesApiException gone) when (gone.IsNotFound)
        {
            // The kubelet was first.
        }
    }
}
