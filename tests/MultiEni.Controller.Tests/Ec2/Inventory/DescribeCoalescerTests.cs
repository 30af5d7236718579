using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Controller.Ec2.Inventory;

namespace MultiEni.Controller.Tests.Ec2.Inventory;

public sealed class DescribeCoalescerTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly ConcurrentQueue<int[]> _asked = new();
    private readonly DescribeCoalescer<int, string> _coalescer;
    private Func<IReadOnlyList<int>, CancellationToken, Task> _behaviour = (_, _) => Task.CompletedTask;

    public DescribeCoalescerTests() =>
        _coalescer = new(
            async (keys, token) =>
            {
                _asked.Enqueue([.. keys]);
                await _behaviour(keys, token);
                return keys.Where(key => key >= 0).ToDictionary(key => key, key => $"<{key}>");
            },
            exception => exception is FormatException,
            new(),
            _time
        );

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _coalescer.Dispose();

    [Fact]
    public async Task Questions_within_the_window_are_one_call_and_each_caller_gets_its_answer()
    {
        var answers = new[] { 1, 2, 2, -1 }.Select(key => _coalescer.GetAsync(key, Ct)).ToArray();
        Assert.Empty(_asked);

        _time.Advance(TimeSpan.FromMilliseconds(100));

        Assert.Equal(["<1>", "<2>", "<2>", null], await Task.WhenAll(answers));
        Assert.Equal([1, 2, -1], Assert.Single(_asked));
    }

    [Fact]
    public async Task A_steady_stream_of_questions_waits_a_second_at_most()
    {
        var answers = new List<Task<string?>>();
        for (var i = 0; i < 13; i++)
        {
            answers.Add(_coalescer.GetAsync(i, Ct));
            _time.Advance(TimeSpan.FromMilliseconds(90));
        }

        Assert.Equal(Enumerable.Range(0, 12), Assert.Single(_asked));
        _time.Advance(TimeSpan.FromMilliseconds(10));
        await Task.WhenAll(answers);
        Assert.Equal(2, _asked.Count);
    }

    [Fact]
    public async Task A_full_batch_goes_at_once()
    {
        var answers = Enumerable.Range(0, 201).Select(key => _coalescer.GetAsync(key, Ct)).ToArray();

        Assert.Equal(200, Assert.Single(_asked).Length);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        await Task.WhenAll(answers);
    }

    [Fact]
    public async Task One_bad_key_of_two_hundred_fails_alone_after_at_most_eight_halvings()
    {
        _behaviour = (keys, _) => keys.Contains(77) ? Task.FromException(new FormatException("bad")) : Task.CompletedTask;

        var answers = Enumerable.Range(0, 200).Select(key => _coalescer.GetAsync(key, Ct)).ToArray();

        await Assert.ThrowsAsync<FormatException>(() => answers[77]);
        Assert.Equal("<76>", await answers[76]);
        Assert.Equal("<199>", await answers[199]);
        Assert.InRange(_asked.Count, 9, 17);
    }

    [Fact]
    public async Task A_failure_that_concerns_all_is_not_repeated_in_halves()
    {
        _behaviour = (_, _) => Task.FromException(new TimeoutException());

        var answers = Enumerable.Range(0, 3).Select(key => _coalescer.GetAsync(key, Ct)).ToArray();
        _time.Advance(TimeSpan.FromMilliseconds(100));

        foreach (var answer in answers)
        {
            await Assert.ThrowsAsync<TimeoutException>(() => answer);
        }

        Assert.Single(_asked);
    }

    [Fact]
    public async Task A_caller_that_gives_up_takes_nothing_away_from_the_others()
    {
        var hold = new TaskCompletionSource();
        _behaviour = (_, token) => hold.Task.WaitAsync(token);
        using var impatience = new CancellationTokenSource();
        var first = _coalescer.GetAsync(1, impatience.Token);
        var second = _coalescer.GetAsync(2, Ct);
        _time.Advance(TimeSpan.FromMilliseconds(100));

        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        hold.SetResult();

        Assert.Equal("<2>", await second);
    }

    [Fact]
    public async Task When_all_have_given_up_the_call_is_cancelled_and_the_next_question_makes_a_new_one()
    {
        var cancelled = new TaskCompletionSource();
        _behaviour = (_, token) =>
        {
            token.Register(cancelled.SetResult);
            return cancelled.Task.ContinueWith(_ => throw new OperationCanceledException(token), TaskScheduler.Default);
        };
        using var impatience = new CancellationTokenSource();
        var given = _coalescer.GetAsync(1, impatience.Token);
        _time.Advance(TimeSpan.FromMilliseconds(100));

        await impatience.CancelAsync();
        await cancelled.Task.WaitAsync(Ct);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);

        _behaviour = (_, _) => Task.CompletedTask;
        var next = _coalescer.GetAsync(1, Ct);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal("<1>", await next);
    }

    [Fact]
    public async Task A_batch_that_all_callers_left_before_it_was_sent_answers_no_other_caller()
    {
        using var impatience = new CancellationTokenSource();
        var given = _coalescer.GetAsync(1, impatience.Token);
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);

        var next = _coalescer.GetAsync(2, Ct);
        _time.Advance(TimeSpan.FromMilliseconds(100));

        Assert.Equal("<2>", await next);
        Assert.Equal([2], Assert.Single(_asked));
    }
}
