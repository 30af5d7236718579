using System.Collections.Concurrent;
using MultiEni.VirtualTime;

namespace MultiEni.Reliability.Crashes;

/// <summary>Runs a flow once to learn which calls it makes, and then once for everything that can happen at each of them.</summary>
internal sealed class CrashMatrix(CrashFlow flow, CrashConditions conditions)
{
    // Some clusters at once share the clock's jumps; each more costs its start, and the processor is the limit.
    private const int AtOnce = 8;

    /// <summary>Points that were struck.</summary>
    public int Points { get; private set; }

    /// <summary>Points that did not come up, because the order of calls is not the same each time.</summary>
    public IReadOnlyList<string> NotStruck { get; private set; } = [];

    /// <summary>What was wrong.</summary>
    public IReadOnlyList<string> Failures { get; private set; } = [];

    public async Task RunAsync(bool writesOnly, CancellationToken cancellationToken)
    {
        var time = new VirtualClock();
        using var driver = VirtualTimeDriver.Start(time);
        await using var clusters = new ClusterPool(conditions.Cluster, time);
        var rehearsal = new CrashRun(flow, null, conditions);
        if (await clusters.UseAsync(rehearsal.RunAsync, cancellationToken) is { } wrong)
        {
            Failures = [wrong];
            return;
        }

        var failures = new ConcurrentBag<string>();
        var notStruck = new ConcurrentBag<string>();
        var struck = 0;
        await Parallel.ForEachAsync(
            PointsOf(rehearsal, writesOnly),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (point, token) =>
            {
                var run = new CrashRun(flow, point, conditions);
                if (await clusters.UseAsync(run.RunAsync, token) is { } failure)
                {
                    failures.Add(failure);
                }

                if (run.Struck)
                {
                    Interlocked.Increment(ref struck);
                }
                else
                {
                    notStruck.Add($"{point}");
                }
            }
        );
        Points = struck;
        NotStruck = [.. notStruck];
        Failures = [.. failures];
    }

    private static IEnumerable<CrashPoint> PointsOf(CrashRun rehearsal, bool writesOnly)
    {
        foreach (var (call, count) in rehearsal.Calls.OrderBy(call => call.Key, StringComparer.Ordinal))
        {
            var isWrite = rehearsal.Writes[call];
            var isEc2 = char.IsUpper(call[0]);
            if (writesOnly && !isWrite)
            {
                continue;
            }

            // The lease is renewed for as long as the flow takes; the third renewal tells no more than the second.
            var most = call.Contains("leases", StringComparison.Ordinal) ? Math.Min(count, 2) : count;
            for (var ordinal = 1; ordinal <= most; ordinal++)
            {
                yield return new(call, ordinal, CrashMode.KilledBefore);
                if (rehearsal.OnNode[call])
                {
                    continue;
                }

                if (isWrite)
                {
                    yield return new(call, ordinal, CrashMode.KilledAfter);
                }

                if (isWrite || isEc2)
                {
                    yield return new(call, ordinal, CrashMode.AnswerLost);
                }
            }
        }
    }
}
