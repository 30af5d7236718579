using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Operator.Client;
using MultiEni.Operator.LeaderElection;

namespace MultiEni.Operator.Tests.LeaderElection;

public sealed class LeaderElectorTests : IAsyncLifetime
{
    // A whole second: the fraction digits must be written all the same.
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly LeaseServer _server = new();
    private readonly CancellationTokenSource _stop = new();
    private TestApi _api = null!;
    private Leadership? _leadership;
    private bool _hasEnded;

    public async ValueTask InitializeAsync()
    {
        _api = await TestApi.StartAsync();
        _server.Attach(_api);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _api.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task A_missing_lease_is_created_with_six_fraction_digits_and_given_back_at_the_end()
    {
        var running = RunAsync();
        await Eventually.Holds(() => _leadership is { IsHeld: true }, "leadership");
        Assert.Equal("me", _server.Stored!.Spec.HolderIdentity);
        Assert.Equal(0, _server.Stored.Spec.LeaseTransitions);
        Assert.Contains("\"renewTime\":\"2026-01-02T03:04:05.000000Z\"", _server.Bodies[0], StringComparison.Ordinal);

        await _stop.CancelAsync();
        await running.Within();

        Assert.True(_hasEnded);
        Assert.Equal("", _server.Stored.Spec.HolderIdentity);
        Assert.Equal(0, _server.Stored.Spec.LeaseTransitions);
    }

    [Fact]
    public async Task A_lease_that_is_renewed_is_left_alone_and_one_that_falls_silent_is_taken()
    {
        _server.Put("other", transitions: 3);
        var running = RunAsync();
        for (var i = 0; i < 12; i++)
        {
            var seen = _api.Calls.Count;
            await Eventually.Holds(() => _api.Calls.Count > seen, () => _time.Advance(TimeSpan.FromSeconds(1)), "another look");
            _server.Touch();
        }

        Assert.Equal("other", _server.Stored!.Spec.HolderIdentity);

        await Eventually.Holds(() => _leadership is not null, () => _time.Advance(TimeSpan.FromSeconds(1)), "leadership");

        Assert.Equal("me", _server.Stored!.Spec.HolderIdentity);
        Assert.Equal(4, _server.Stored.Spec.LeaseTransitions);
        await _stop.CancelAsync();
        await running.Within();
    }

    [Fact]
    public async Task Broken_attempts_within_the_renew_deadline_do_not_end_leadership()
    {
        var running = RunAsync();
        await Eventually.Holds(() => _leadership is not null, "leadership");
        var broken = 0;
        _server.Trouble = _ => Interlocked.Increment(ref broken) <= 2 ? TestApi.Cut("") : null;

        await Eventually.Holds(() => Volatile.Read(ref broken) > 4, () => _time.Advance(TimeSpan.FromMilliseconds(200)), "renewals again");

        Assert.True(_leadership!.IsHeld);
        Assert.False(_leadership.Lost.IsCancellationRequested);
        await _stop.CancelAsync();
        await running.Within();
    }

    [Fact]
    public async Task A_renewal_that_is_never_answered_does_not_end_leadership_and_the_next_goes_over_a_new_connection()
    {
        var config = new KubernetesConfig { Server = _api.Http.BaseAddress!, Source = "test" };
        using var http = KubernetesConnection.Open(config, "test", _time);
        var connections = new ConcurrentQueue<string>();
        var silent = "";
        _server.Trouble = _ =>
            context =>
            {
                connections.Enqueue(context.Connection.Id);
                return context.Connection.Id == silent ? _api.Hang()(context) : _server.AnswerAsync(context);
            };
        var running = RunAsync(new LeaderElector(new KubernetesClient(http, _time), Options("me"), _time, NullLogger.Instance));
        await Eventually.Holds(() => _leadership is not null, "leadership");
        Volatile.Write(ref silent, connections.Last());
        var before = connections.Count;
        await Eventually.Holds(
            () => connections.Count > before,
            () => _time.Advance(TimeSpan.FromMilliseconds(100)),
            "the renewal that is not answered"
        );
        var renewTime = _server.Stored!.Spec.RenewTime;

        await Eventually.Holds(
            () => _server.Stored!.Spec.RenewTime != renewTime,
            () => _time.Advance(TimeSpan.FromMilliseconds(100)),
            "a renewal over another connection"
        );

        Assert.Equal(silent, connections.ElementAt(before));
        Assert.NotEqual(silent, connections.Last());
        Assert.True(_leadership!.IsHeld);
        await _stop.CancelAsync();
        await running.Within();
    }

    [Fact]
    public async Task Without_a_renewal_until_the_deadline_the_work_is_cancelled_and_the_process_told_to_end()
    {
        var running = RunAsync();
        await Eventually.Holds(() => _leadership is not null, "leadership");
        _server.Trouble = _ => TestApi.Refuse(503, "ServiceUnavailable");

        await Eventually.Holds(() => running.IsCompleted, () => _time.Advance(TimeSpan.FromSeconds(1)), "the end");

        await Assert.ThrowsAsync<LeadershipLostException>(() => running);
        Assert.True(_hasEnded);
        Assert.Throws<LeadershipLostException>(_leadership!.ThrowIfLost);
    }

    [Fact]
    public void A_paused_process_knows_before_its_timers_run_that_it_may_not_act()
    {
        var frozen = new FrozenTimers(_time);
        using var held = new Leadership(frozen, TimeSpan.FromSeconds(10), frozen.GetTimestamp());
        held.ThrowIfLost();

        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.False(held.IsHeld);
        Assert.False(held.Lost.IsCancellationRequested);
        Assert.Throws<LeadershipLostException>(held.ThrowIfLost);
    }

    [Fact]
    public async Task A_lease_taken_by_another_ends_leadership_at_once()
    {
        var running = RunAsync();
        await Eventually.Holds(() => _leadership is not null, "leadership");
        _server.Put("thief", transitions: 1);

        await Eventually.Holds(() => running.IsCompleted, () => _time.Advance(TimeSpan.FromSeconds(0.5)), "the end");

        await Assert.ThrowsAsync<LeadershipLostException>(() => running);
        Assert.Equal("thief", _server.Stored!.Spec.HolderIdentity);
    }

    [Fact]
    public async Task The_lease_is_kept_until_slow_work_has_really_ended()
    {
        var gate = new TaskCompletionSource();
        var running = Elector("me")
            .RunAsync(
                async (held, _) =>
                {
                    _leadership = held;
                    await gate.Task;
                },
                _stop.Token
            );
        await Eventually.Holds(() => _leadership is not null, "leadership");

        await _stop.CancelAsync();
        var before = _server.Bodies.Count;
        await Eventually.Holds(() => _server.Bodies.Count > before + 10, () => _time.Advance(TimeSpan.FromSeconds(1)), "further renewals");

        Assert.True(_leadership!.IsHeld);
        Assert.Equal("me", _server.Stored!.Spec.HolderIdentity);
        gate.SetResult();
        await running.Within();
        Assert.Equal("", _server.Stored!.Spec.HolderIdentity);
    }

    [Fact]
    public async Task Of_many_candidates_one_leads_at_a_time_and_each_gets_its_turn()
    {
        var leading = 0;
        var most = 0;
        var turns = 0;
        var candidates = Enumerable
            .Range(0, 4)
            .Select(i =>
                Elector($"candidate-{i}")
                    .RunAsync(
                        async (held, cancellationToken) =>
                        {
                            most = Math.Max(most, Interlocked.Increment(ref leading));
                            held.ThrowIfLost();
                            await Task.Delay(TimeSpan.FromSeconds(3), _time, cancellationToken);
                            Interlocked.Decrement(ref leading);
                            Interlocked.Increment(ref turns);
                        },
                        _stop.Token
                    )
            )
            .ToList();

        await Eventually.Holds(() => candidates.All(candidate => candidate.IsCompleted), () => _time.Advance(TimeSpan.FromSeconds(0.5)), "all turns");

        await Task.WhenAll(candidates);
        Assert.Equal(4, turns);
        Assert.Equal(1, most);
        Assert.Equal(3, _server.Stored!.Spec.LeaseTransitions);
    }

    [Fact]
    public async Task A_failure_of_the_work_comes_out_and_the_lease_is_given_back()
    {
        var running = Elector("me").RunAsync((_, _) => throw new InvalidOperationException("bug"), _stop.Token);

        await Assert.ThrowsAsync<InvalidOperationException>(() => running.Within());
        Assert.Equal("", _server.Stored!.Spec.HolderIdentity);
    }

    [Fact]
    public void Periods_that_do_not_fit_are_refused() =>
        Assert.Throws<ArgumentException>(() =>
            new LeaderElector(_api.Client(_time), Options("me") with { RenewDeadline = TimeSpan.FromSeconds(15) }, _time, NullLogger.Instance)
        );

    private Task RunAsync() => RunAsync(Elector("me"));

    private Task RunAsync(LeaderElector elector) =>
        elector.RunAsync(
            async (held, cancellationToken) =>
            {
                _leadership = held;
                try
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, _time, cancellationToken);
                }
                finally
                {
                    _hasEnded = true;
                }
            },
            _stop.Token
        );

    private LeaderElector Elector(string identity) => new(_api.Client(_time), Options(identity), _time, NullLogger.Instance);

    private static LeaderElectionOptions Options(string identity) =>
        new()
        {
            Namespace = "system",
            Name = "lock",
            Identity = identity,
        };

    /// <summary>
    /// The clock moves and no timer fires: a process that was stopped and has just been let go on.
    /// </summary>
    private sealed class FrozenTimers(FakeTimeProvider clock) : TimeProvider
    {
        public override long TimestampFrequency => clock.TimestampFrequency;

        public override long GetTimestamp() => clock.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new FakeTimeProvider().CreateTimer(callback, state, dueTime, period);
    }
}
