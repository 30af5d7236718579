using Microsoft.Extensions.Logging;
using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Manager.Safety;
using MultiEni.Operator.Client;

namespace MultiEni.Manager.Claims.Slices;

/// <summary>
/// Deletes the node's slice after the publisher was changed, so that schedulers do not give its
/// devices to claims that nobody prepares. The record of what was offered says that there may be one,
/// and goes after it: a node that never offered devices to claims sends nothing.
/// </summary>
internal sealed class FormerSlice
{
    /// <summary>
    /// After so long the kubelet has deleted the slices of a driver that is gone.
    /// </summary>
    internal static readonly TimeSpan KubeletPatience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(5);
    private readonly string _record;
    private readonly KubernetesClient _client;
    private readonly string _node;
    private readonly Action _settled;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly long _since;
    private volatile bool _isLeft;

    /// <summary>A slice that waits for <see cref="RemoveAsync"/>.</summary>
    /// <param name="record">File of what was offered to claims.</param>
    /// <param name="client">The API server.</param>
    /// <param name="node">The node.</param>
    /// <param name="settled">Called when offers need not wait for it any more.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public FormerSlice(string record, KubernetesClient client, string node, Action settled, TimeProvider time, ILogger logger)
    {
        (_record, _client, _node, _settled, _time, _logger) = (record, client, node, settled, time, logger);
        (_since, _isLeft) = (time.GetTimestamp(), File.Exists(record));
    }

    /// <summary>
    /// Why nothing is offered in another way yet: a scheduler may still give the devices to claims.
    /// Null when nothing stands against it.
    /// </summary>
    public Blocker? Problem =>
        _isLeft && _time.GetElapsedTime(_since) < KubeletPatience
            ? new Blocker(
                Reasons.Publishing,
                $"ResourceSlice {SliceDecision.NameOf(_node)}, of the time when DEVICE_PUBLISHER was dra, is being deleted, by the kubelet within "
                    + $"{KubeletPatience.TotalSeconds} s if the ENI manager cannot."
            )
            : null;

    /// <summary>
    /// Tries until it is gone or cancelled; what the API server forbids is left to the kubelet.
    /// </summary>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        var patience = TellAsync(cancellationToken);
        var retry = FirstRetry;
        var isForbidden = false;
        while (File.Exists(_record))
        {
            try
            {
                if (!isForbidden)
                {
                    await DeleteAsync(cancellationToken);
                }

                File.Delete(_record);
                break;
            }
            catch (KubernetesApiException error) when (error.IsForbidden)
            {
                ClaimLog.FormerSliceLeft(_logger, SliceDecision.NameOf(_node), error.Message);
                isForbidden = true;
                await patience;
                continue;
            }
            catch (Exception error) when (KubernetesFailure.Is(error) || error is IOException or UnauthorizedAccessException)
            {
                ClaimLog.FormerSliceLeft(_logger, SliceDecision.NameOf(_node), error.Message);
            }

            await Task.Delay(retry, _time, cancellationToken);
            retry = retry * 2 < LongestRetry ? retry * 2 : LongestRetry;
        }

        if (_isLeft)
        {
            _isLeft = false;
            _settled();
        }
    }

    private async Task TellAsync(CancellationToken cancellationToken)
    {
        if (_isLeft)
        {
            // A timer may be early by the length of its tick.
            await Task.Delay(KubeletPatience + TimeSpan.FromMilliseconds(50), _time, cancellationToken);
            _settled();
        }
    }

    private async Task DeleteAsync(CancellationToken cancellationToken)
    {
        var name = SliceDecision.NameOf(_node);
        try
        {
            await _client.DeleteAsync(SlicePublisher.Kind, ObjectKey.Cluster(name), new DeleteOptions(), cancellationToken);
            ClaimLog.SliceDeleted(_logger, name);
        }
        catch (KubernetesApiException gone) when (gone.IsNotFound)
        {
            // The kubelet was first.
        }
    }
}
