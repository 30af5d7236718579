using System.Collections.Concurrent;

namespace MultiEni.Reliability.Lab;

/// <summary>What the controllers of a cluster write to its API server, from a moment on.</summary>
internal sealed class WriteCounts
{
    private readonly ConcurrentQueue<(string Call, string? Error)> _writes = new();

    private WriteCounts() { }

    /// <summary>
    /// Of whom nothing is wanted: not the Lease, which is renewed for as long as it takes.
    /// </summary>
    public static WriteCounts Begin(Cluster cluster)
    {
        var counts = new WriteCounts();
        cluster.Answered = (call, error) =>
        {
            if (call is { IsEc2: false, IsWrite: true } && !call.Name.EndsWith(" leases", StringComparison.Ordinal))
            {
                counts._writes.Enqueue((call.Name, error));
            }
        };
        return counts;
    }

    /// <summary>What was refused.</summary>
    public IReadOnlyList<string> Refused => [.. _writes.Where(write => write.Error is not null).Select(write => $"{write.Call}: {write.Error}")];

    /// <summary>Such calls, as verb and resource.</summary>
    public int Of(string call) => _writes.Count(write => write.Call == call);

    public override string ToString() =>
        string.Join(
            ", ",
            _writes.GroupBy(write => write.Call).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => $"{group.Count()} {group.Key}")
        );
}
