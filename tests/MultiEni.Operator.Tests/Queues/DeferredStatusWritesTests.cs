using Microsoft.Extensions.Time.Testing;
using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Queues;

namespace MultiEni.Operator.Tests.Queues;

public sealed class DeferredStatusWritesTests
{
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(5);

    private readonly FakeTimeProvider _time = new();
    private readonly DeferredStatusWrites _deferred;

    public DeferredStatusWritesTests() => _deferred = new DeferredStatusWrites(_time);

    [Fact]
    public void A_wait_counts_from_its_first_look_and_anew_for_a_deletion_and_for_a_successor()
    {
        var seen = Named("a");
        Assert.Equal(Later, _deferred.Wait(seen, Later));

        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(2), _deferred.Wait(seen, Later));

        Assert.Equal(Later, _deferred.Wait(seen with { DeletionTimestamp = _time.GetUtcNow() }, Later));
        var successor = seen with { Uid = "another" };
        Assert.Equal(Later, _deferred.Wait(successor, Later));

        _time.Advance(Later);
        Assert.Null(_deferred.Wait(successor, Later));
        _deferred.Forget("a");
        Assert.Equal(0, _deferred.Count);
    }

    [Fact]
    public void A_wait_is_as_long_as_a_timer_can_wait_and_never_a_fraction_of_a_millisecond()
    {
        Assert.Equal(Later, _deferred.Wait(Named("a"), Later));

        _time.Advance(Later - TimeSpan.FromTicks(1));
        var wait = _deferred.Wait(Named("a"), Later);

        Assert.Equal(TimeSpan.FromMilliseconds(1), wait);
        _time.Advance(wait!.Value);
        Assert.Null(_deferred.Wait(Named("a"), Later));
    }

    [Fact]
    public void Thousands_that_wait_are_told_one_after_another_and_keep_their_turns()
    {
        var all = Enumerable.Range(0, 1000).Select(number => Named($"a-{number}")).ToList();
        Assert.All(all, seen => Assert.Equal(Later, _deferred.Wait(seen, Later)));

        _time.Advance(Later);
        var waits = all.Select(seen => _deferred.Wait(seen, Later)).ToList();
        Assert.Null(waits[0]);
        Assert.InRange(waits[^1]!.Value, TimeSpan.FromSeconds(45), TimeSpan.FromSeconds(50));

        Assert.Equal(waits[^1], _deferred.Wait(all[^1], Later));
        _time.Advance(TimeSpan.FromSeconds(50));
        Assert.Null(_deferred.Wait(all[^1], Later));
    }

    [Fact]
    public void A_clock_that_is_set_back_silences_nobody()
    {
        var clock = new AdjustedClock();
        var adjusted = new DeferredStatusWrites(clock);
        Assert.Null(adjusted.Wait(Named("first"), TimeSpan.Zero));
        Assert.Equal(Later, adjusted.Wait(Named("second"), Later));

        clock.SetBack = TimeSpan.FromMinutes(10);
        clock.Advance(Later);

        Assert.Null(adjusted.Wait(Named("second"), Later));
    }

    private sealed class AdjustedClock : FakeTimeProvider
    {
        public TimeSpan SetBack { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() - SetBack;

        public override long GetTimestamp() => base.GetUtcNow().Ticks;
    }

    private static ObjectMeta Named(string name) => new() { Name = name, Uid = $"uid-of-{name}" };
}
