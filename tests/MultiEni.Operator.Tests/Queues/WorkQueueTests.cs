using System.Collections.Concurrent;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Operator.Queues;

namespace MultiEni.Operator.Tests.Queues;

public sealed class WorkQueueTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly WorkQueue<string> _queue;

    public WorkQueueTests() => _queue = new("test", TestMetrics.New(), _time, new Backoff(TimeSpan.FromSeconds(1), 2, TimeSpan.FromSeconds(60), 0));

    public void Dispose()
    {
        _queue.Dispose();
    }

    [Fact]
    public async Task A_key_that_waits_is_not_added_twice()
    {
        _queue.Add("a");
        _queue.Add("a");

        Assert.Equal("a", await TakeAsync());
        Assert.Equal(0, _queue.Depth);
    }

    [Fact]
    public async Task A_key_added_while_worked_on_comes_again_after_that()
    {
        _queue.Add("a");
        await TakeAsync();
        _queue.Add("a");
        Assert.Equal(0, _queue.Depth);

        _queue.Done("a");

        Assert.Equal("a", await TakeAsync());
    }

    [Fact]
    public async Task A_key_not_added_again_does_not_come_again()
    {
        _queue.Add("a");
        await TakeAsync();
        _queue.Done("a");

        Assert.Equal(0, _queue.Depth);
    }

    [Fact]
    public async Task Greater_priority_goes_first_and_equals_in_order_of_arrival()
    {
        _queue.Add("repair", WorkPriority.Repair);
        _queue.Add("first");
        _queue.Add("second");
        _queue.Add("urgent", WorkPriority.Urgent);

        Assert.Equal(["urgent", "first", "second", "repair"], [await TakeAsync(), await TakeAsync(), await TakeAsync(), await TakeAsync()]);
    }

    [Fact]
    public async Task A_waiting_key_moves_up_but_never_down()
    {
        _queue.Add("a", WorkPriority.Repair);
        _queue.Add("b");
        _queue.Add("a", WorkPriority.Urgent);
        _queue.Add("a", WorkPriority.Repair);

        Assert.Equal("a", await TakeAsync());
        Assert.Equal("b", await TakeAsync());
        Assert.Equal(0, _queue.Depth);
    }

    [Fact]
    public async Task A_delayed_key_comes_when_its_time_has_come()
    {
        _queue.AddAfter("a", TimeSpan.FromSeconds(10));
        _time.Advance(TimeSpan.FromSeconds(9.999));
        Assert.Equal(0, _queue.Depth);

        _time.Advance(TimeSpan.FromSeconds(0.001));

        Assert.Equal("a", await TakeAsync());
    }

    [Theory]
    [InlineData(5, 10)]
    [InlineData(10, 5)]
    public async Task Of_two_deadlines_the_earlier_wins_and_the_later_is_forgotten(int first, int second)
    {
        _queue.AddAfter("a", TimeSpan.FromSeconds(first));
        _queue.AddAfter("a", TimeSpan.FromSeconds(second));

        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("a", await TakeAsync());
        _queue.Done("a");
        _time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(0, _queue.Depth);
    }

    [Fact]
    public async Task A_deadline_set_while_the_key_is_worked_on_holds()
    {
        _queue.Add("a");
        await TakeAsync();
        _queue.AddAfter("a", TimeSpan.FromSeconds(5));
        _queue.Done("a");

        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal("a", await TakeAsync());
    }

    [Fact]
    public void Backoff_grows_until_the_key_is_forgotten()
    {
        Assert.Equal([1, 2, 4], new[] { Limited(), Limited(), Limited() });
        Assert.Equal(3, _queue.Failures("a"));

        _queue.Forget("a");

        Assert.Equal(1, Limited());

        double Limited() => _queue.AddRateLimited("a").TotalSeconds;
    }

    [Fact]
    public async Task A_waiting_worker_wakes_when_a_key_arrives()
    {
        var waiting = _queue.TakeAsync(TestContext.Current.CancellationToken).AsTask();
        Assert.False(waiting.IsCompleted);

        _queue.Add("a");

        Assert.Equal("a", (await waiting.Within())!.Value.Key);
    }

    [Fact]
    public async Task A_cancelled_worker_takes_no_key_with_it()
    {
        using var cancelled = new CancellationTokenSource();
        var waiting = _queue.TakeAsync(cancelled.Token).AsTask();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        _queue.Add("a");

        Assert.Equal("a", await TakeAsync());
    }

    [Fact]
    public async Task Shutdown_releases_all_workers_and_accepts_nothing()
    {
        var waiting = Enumerable.Range(0, 3).Select(_ => _queue.TakeAsync(CancellationToken.None).AsTask()).ToList();

        _queue.ShutDown();
        _queue.Add("a");

        foreach (var worker in waiting)
        {
            Assert.Null(await worker.Within());
        }

        Assert.Null(await _queue.TakeAsync(TestContext.Current.CancellationToken).AsTask().Within());
        Assert.Equal(0, _queue.Depth);
    }

    [Fact]
    public void Done_without_a_take_is_a_bug_and_says_so()
    {
        _queue.Add("a");
        Assert.Throws<InvalidOperationException>(() => _queue.Done("a"));
    }

    /// <summary>
    /// A plain model beside the queue: what is ready, what is taken, what is dirty, what is due.
    /// </summary>
    [Fact]
    public void Whatever_the_order_of_calls_no_key_is_lost_doubled_or_handed_to_two_workers() =>
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 3], Gen.Int[1, 9])
            .Array[0, 80]
            .Sample(
                steps =>
                {
                    var clock = new FakeTimeProvider();
                    using var subject = new WorkQueue<int>("model", TestMetrics.New(), clock);
                    var model = new WorkQueueModel();
                    foreach (var (operation, key, seconds) in steps)
                    {
                        switch (operation)
                        {
                            case 0:
                                subject.Add(key);
                                model.Add(key);
                                break;
                            case 1:
                                subject.AddAfter(key, TimeSpan.FromSeconds(seconds));
                                model.AddAfter(key, seconds);
                                break;
                            case 2 when model.Ready.Count > 0:
                                var work = subject.TakeAsync(CancellationToken.None);
                                Assert.True(work.IsCompletedSuccessfully);
                                Assert.Equal(model.Take(), work.Result!.Value.Key);
                                break;
                            case 3 when model.Taken.Count > 0:
                                var done = model.Taken.Min();
                                subject.Done(done);
                                model.Done(done);
                                break;
                            case 4:
                                clock.Advance(TimeSpan.FromSeconds(seconds));
                                model.Advance(seconds);
                                break;
                        }

                        Assert.Equal(model.Ready.Count, subject.Depth);
                    }
                },
                iter: 2000
            );

    [Fact]
    public async Task Many_producers_and_workers_never_share_a_key_and_finish_every_addition()
    {
        using var shared = new WorkQueue<int>("parallel", TestMetrics.New(), TimeProvider.System);
        const int Keys = 20;
        var wanted = new int[Keys];
        var seen = new int[Keys];
        var busy = new int[Keys];
        var shares = new ConcurrentBag<int>();
        var workers = Enumerable.Range(0, 4).Select(_ => WorkAsync()).ToList();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(ProduceAsync));
        // Every addition must be followed by a look at the key that began after it.
        await Eventually.Holds(() => Enumerable.Range(0, Keys).All(key => Volatile.Read(ref seen[key]) == wanted[key]), "all was seen");

        shared.ShutDown();
        await Task.WhenAll(workers).Within();
        Assert.Empty(shares);

        async Task ProduceAsync(int producer)
        {
            await Task.Yield();
            for (var i = 0; i < 2000; i++)
            {
                var key = (i * (producer + 3)) % Keys;
                Interlocked.Increment(ref wanted[key]);
                shared.Add(key, i % 3);
            }
        }

        async Task WorkAsync()
        {
            while (await shared.TakeAsync(CancellationToken.None) is { } work)
            {
                if (Interlocked.Increment(ref busy[work.Key]) != 1)
                {
                    shares.Add(work.Key);
                }

                var state = Volatile.Read(ref wanted[work.Key]);
                await Task.Yield();
                Volatile.Write(ref seen[work.Key], state);
                Interlocked.Decrement(ref busy[work.Key]);
                shared.Done(work.Key);
            }
        }
    }

    private async Task<string> TakeAsync() => (await _queue.TakeAsync(TestContext.Current.CancellationToken).AsTask().Within())!.Value.Key;
}
