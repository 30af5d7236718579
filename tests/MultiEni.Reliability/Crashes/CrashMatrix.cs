using System.Collections.Concurrent;
using MultiEni.VirtualTime;

namespace MultiEni.Reliability.Crashes;

/// <summary>
/// Runs a flow once to learn which calls it makes, and then once for everything that can happen at
/// each of them.
/// </summary>
internal sealed class CrashMatrix(CrashFlow flow, CrashConditions conditions)
{
    // Some clusters at once share the clock's jumps; each more costs its start, and the processor
    // is the limit.
    private const int AtOnce = 8;

    // How often a flow is played until it comes to a point: of calls that are due at one moment now
    // one and now the other is first.
    private const int Attempts = 3;

    /// <summary>Points that were struck.</summary>
    public int Points { get; private set; }

    /// <summary>
    /// Points that did not come up: in none of three attempts did the flow make as many of these
    /// calls as in the rehearsal, because what was two writes there was one here. Each such run
    /// ended well, and the calls that it did make have points of their own.
    /// </summary>
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
                CrashRun run;
                var attempt = 0;
                do
                {
                    run = new CrashRun(flow, point, conditions);
                    if (await clusters.UseAsync(run.RunAsync, token) is { } failure)
                    {
                        failures.Add(failure);
                        break;
                    }
                } while (!run.Struck && ++attempt < Attempts);

                if (run.Struck)
                {
                    Interlocked.Increment(ref struck);
                }
                else if (run.Calls.GetValueOrDefault(point.Call) is var made && made < point.Ordinal)
                {
                    notStruck.Add($"{point}: there were {made}");
                }
                else
                {
                    failures.Add($"{flow.Name}, {conditions.Name}: {point} came up and nothing was done");
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

            // The lease is renewed for as long as the flow takes; the third renewal tells no more
            // than the second.
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
