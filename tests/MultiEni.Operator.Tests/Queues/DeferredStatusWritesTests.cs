using Microsoft.Extensions.Time.Testing;
using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Queues;

namespace MultiEni.Operator.Tests.Queues;

public sealed class DeferredStatusWritesTests
{
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(5);

    private readonly FakeTimeProvider time = new();
    private readonly DeferredStatusWrites untold;

    public DeferredStatusWritesTests() => untold = new DeferredStatusWrites(time);

    [Fact]
    public void A_wait_counts_from_its_first_look_and_anew_for_a_deletion_and_for_a_successor()
    {
        var seen = Named("a");
        Assert.Equal(Later, untold.Wait(seen, Later));

        time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(2), untold.Wait(seen, Later));

        Assert.Equal(Later, untold.Wait(seen with { DeletionTimestamp = time.GetUtcNow() }, Later));
        var successor = seen with { Uid = "another" };
        Assert.Equal(Later, untold.Wait(successor, Later));

        time.Advance(Later);
        Assert.Null(untold.Wait(successor, Later));
        untold.Forget("a");
        Assert.Equal(0, untold.Count);
    }

    [Fact]
    public void Thousands_that_wait_are_told_one_after_another_and_keep_their_turns()
    {
        var all = Enumerable.Range(0, 1000).Select(number => Named($"a-{number}")).ToList();
        Assert.All(all, seen => Assert.Equal(Later, untold.Wait(seen, Later)));

        time.Advance(Later);
        var waits = all.Select(seen => untold.Wait(seen, Later)).ToList();
        Assert.Null(waits[0]);
        Assert.InRange(waits[^1]!.Value, TimeSpan.FromSeconds(45), TimeSpan.FromSeconds(50));

        Assert.Equal(waits[^1], untold.Wait(all[^1], Later));
        time.Advance(TimeSpan.FromSeconds(50));
        Assert.Null(untold.Wait(all[^1], Later));
    }

    private static ObjectMeta Named(string name) => new() { Name = name, Uid = $"uid-of-{name}" };
}
