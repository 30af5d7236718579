using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MultiEni.Benchmarks.Plots;
using MultiEni.Operator.Logging;
using MultiEni.VirtualTime;

namespace MultiEni.Benchmarks;

/// <summary>
/// How long a fleet takes to get its ENIs, measured against the shortest time that EC2's request
/// quotas allow. On virtual time, so the machine does not matter. Without arguments all cases but
/// the largest; otherwise the numbers of nodes.
/// </summary>
internal static class ConvergenceBenchmark
{
    private const string Explanation = """
        Real: the controller, from plan to AWS SDK, one that has just begun to lead and knows nothing of the account's buckets; the HTTP
        messages. Simulated: EC2 (its rules, its token buckets full at the start and shared with nobody; create 0.6 s, attach 1.2 s and 3 s until
        attached, other calls 0.4 s), the API server (answers in no time), the clock (an hour takes as long as the work in it), the
        transport (memory). There are no ENI managers. Times are virtual seconds from the start of the controller, NodeENI and nodes being there.
          bound     = max over the APIs of (calls - bucket) / refill, the buckets being full [default: create 100, attach 50, modify 100; refill 5/s]
          ready     = the last ENI is reported as attached, its source/dest check as wanted
          hardened  = the last ENI is marked to go with its instance, which no node waits for
          node p50, p99 = when that share of the nodes had all of its ENIs
          unattached = most ENIs that existed outside of an instance at a time: what a crash could strand
          ratio     = the greater of ready/bound and hardened/bound
        """;

    public static async Task RunAsync(IReadOnlyList<string> arguments, PlotFolder? plots)
    {
        var results = new List<ConvergenceResult>();
        var sizes = arguments.Count == 0 ? [100, 1000] : arguments.Select(size => int.Parse(size, CultureInfo.InvariantCulture)).ToArray();
        using ILoggerFactory loggers = Environment.GetEnvironmentVariable("BENCH_LOG") is { Length: > 0 } file
            ? ConsoleLogging.Create(LogFormat.Text, LogLevel.Information, File.CreateText(file), TimeProvider.System)
            : NullLoggerFactory.Instance;
        Console.WriteLine(Explanation);
        Console.WriteLine(
            "| nodes×ENIs | quotas | src/dst check | ready: bound | measured | hardened: bound | measured | create | attach | modify | describe | throttled | unattached | node p50 | node p99 | real s | ready/bound | hardened/bound | ratio |"
        );
        Console.WriteLine($"|{string.Concat(Enumerable.Repeat("---|", 19))}");
        foreach (var size in sizes)
        {
            foreach (var quotas in new[] { 1.0, 3.0 })
            {
                foreach (var off in new[] { false, true })
                {
                    results.Add(await Convergence.RunAsync(new ConvergenceCase(size, 4, quotas, off), loggers, CancellationToken.None));
                    Print(results[^1]);
                }
            }
        }

        if (plots is not null)
        {
            ConvergenceFigures.Draw(plots, results);
        }
    }

    private static void Print(ConvergenceResult result)
    {
        var target = result.Case;
        var calls = result.Calls;
        var describes = calls.Actions.Where(action => action.Key.StartsWith("Describe", StringComparison.Ordinal)).Sum(action => action.Value.Total);
        object[] cells =
        [
            $"{target.Nodes}×{target.EnisPerNode}",
            target.Quotas == 1 ? "default" : $"×{target.Quotas}",
            target.WithoutSourceDestCheck ? "off" : "on",
            Seconds(target.ReadyBound),
            Seconds(result.Ready),
            Seconds(target.HardenedBound),
            Seconds(result.Hardened),
            calls["CreateNetworkInterface"].Total,
            calls["AttachNetworkInterface"].Total,
            calls["ModifyNetworkInterfaceAttribute"].Total,
            describes,
            calls.Throttled,
            calls.PeakUnattached,
            Seconds(result.NodeReadyPercentile(0.5)),
            Seconds(result.NodeReadyPercentile(0.99)),
            Seconds(result.Took),
            $"{result.ReadyRatio:0.000}",
            $"{result.HardenedRatio:0.000}",
            $"{Math.Max(result.ReadyRatio, result.HardenedRatio):0.000}",
        ];
        Console.WriteLine($"| {string.Join(" | ", cells)} |");
    }

    private static string Seconds(TimeSpan time) => $"{time.TotalSeconds:0.0}";
}
