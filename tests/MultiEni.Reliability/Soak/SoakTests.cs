using System.Collections.Concurrent;
using MultiEni.VirtualTime;

namespace MultiEni.Reliability.Soak;

/// <summary>
/// Everything at once, drawn from seeds: crashes, throttles, errors, slow and lost answers, stale
/// reads, machines that go, watches that break, two controllers and one lease. <c>SOAK_SECONDS</c>
/// says for how long, <c>SOAK_SEED</c> with which seed to begin.
/// </summary>
[Trait("suite", "soak")]
public class SoakTests(ITestOutputHelper output)
{
    private const int AtOnce = 4;

    [Fact]
    public async Task Whatever_happens_in_whatever_order_each_slot_has_one_ENI_in_the_end_and_nothing_is_touched_that_is_not_ours()
    {
        var duration = TimeSpan.FromSeconds(Number("SOAK_SECONDS") ?? 8);
        var firstSeed = Number("SOAK_SEED") ?? 1;
        var stop = TestContext.Current.CancellationToken;
        var time = new VirtualClock();
        using var driver = VirtualTimeDriver.Start(time);
        var begin = TimeProvider.System.GetTimestamp();
        var failures = new ConcurrentBag<string>();
        var next = firstSeed - 1;
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(RunOneAfterAnotherAsync, stop)));

        Assert.True(failures.IsEmpty, $"run ./test --soak 1 --seed N to see one again\n{string.Join("\n\n", failures)}");

        async Task RunOneAfterAnotherAsync()
        {
            do
            {
                var seed = Interlocked.Increment(ref next);
                var run = new SoakRun(seed, time);
                var failure = await run.RunAsync(stop);
                output.WriteLine(failure is null ? $"seed {seed}: {run.Summary}" : $"seed {seed} FAILED: {failure.Split('\n')[0]}");
                if (failure is not null)
                {
                    failures.Add(failure);
                }
            } while (failures.IsEmpty && TimeProvider.System.GetElapsedTime(begin) < duration);
        }
    }

    private static int? Number(string variable) => int.TryParse(Environment.GetEnvironmentVariable(variable), out var number) ? number : null;
}
