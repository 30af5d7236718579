using MultiEni.Api.EniAttachments;
using MultiEni.Ipam.Protocol;

namespace MultiEni.Manager.Addresses;

/// <summary>
/// Interfaces of pods that have no address yet. A kubelet tries again, each time with another
/// sandbox, so a request is the pod's and outlives the call that made it, and the DEL that follows
/// a failed ADD. Safe for concurrent use.
/// </summary>
internal sealed class PendingRequests
{
    // Longer than the longest pause between two attempts of a kubelet.
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2);

    private readonly Dictionary<(string Pod, string Interface), Pending> _pending = [];
    private readonly Lock _lock = new();

    /// <summary>Notes what a pod waits for.</summary>
    /// <returns>Whether that is new.</returns>
    public bool Add(IpamRequest request, AddressAnswer.Wait wait, TimeSpan now)
    {
        var pending = new Pending(wait.Eni.Attachment, wait.Requested, now + Lifetime);
        lock (_lock)
        {
            var isNew =
                !_pending.TryGetValue(Key(request), out var before)
                || before.Attachment != pending.Attachment
                || !before.Requested.SequenceEqual(pending.Requested, StringComparer.Ordinal);
            _pending[Key(request)] = pending;
            return isNew;
        }
    }

    /// <summary>The pod has what it asked for, or will not get it.</summary>
    public void Remove(IpamRequest request)
    {
        lock (_lock)
        {
            _pending.Remove(Key(request));
        }
    }

    /// <summary>What pods wait for on an ENI.</summary>
    public (int Waiting, List<RequestedAddress> Requested) Of(string attachment, TimeSpan now)
    {
        lock (_lock)
        {
            foreach (var (key, pending) in _pending)
            {
                if (pending.Until <= now)
                {
                    _pending.Remove(key);
                }
            }

            var ours = _pending.Where(entry => entry.Value.Attachment == attachment).ToList();
            return (
                ours.Count(entry => entry.Value.Requested.Count == 0),
                [
                    .. ours.SelectMany(entry =>
                            entry.Value.Requested.Select(address => new RequestedAddress { Address = address, Pod = entry.Key.Pod })
                        )
                        .OrderBy(request => request.Address, StringComparer.Ordinal)
                        .ThenBy(request => request.Pod, StringComparer.Ordinal)
                        .Take(MostReported),
                ]
            );
        }
    }

    // What the schema of the status has room for.
    private const int MostReported = 64;

    private static (string, string) Key(IpamRequest request) => (AddressDecision.PodOf(request), request.Interface!);

    private sealed record Pending(string Attachment, IReadOnlyList<string> Requested, TimeSpan Until);
}
