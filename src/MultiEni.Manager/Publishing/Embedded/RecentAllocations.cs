using System.Collections.Concurrent;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Publishing.Embedded;

/// <summary>
/// Which devices were given to containers a moment ago. Between the answer to the kubelet and its
/// own note of it, the kubelet does not count the device as a pod's.
/// </summary>
internal sealed class RecentAllocations(TimeProvider time)
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<PciAddress, long> _given = new();

    /// <summary>How many devices are remembered.</summary>
    public int Count => _given.Count;

    /// <summary>A device is about to be given.</summary>
    public void Note(PciAddress address)
    {
        foreach (var past in _given.Keys.Where(known => !IsFresh(known)))
        {
            _given.TryRemove(past, out _);
        }

        _given[address] = time.GetTimestamp();
    }

    /// <summary>Whether a device was given just now.</summary>
    public bool IsFresh(PciAddress address) => _given.TryGetValue(address, out var since) && time.GetElapsedTime(since) < Moment;
}
