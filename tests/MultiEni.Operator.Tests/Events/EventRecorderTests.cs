using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Operator.Events;

namespace MultiEni.Operator.Tests.Events;

public sealed class EventRecorderTests : IAsyncLifetime
{
    private const string Stored = """{"metadata":{"name":"n","namespace":"default"}}""";
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly CancellationTokenSource _stop = new();
    private readonly ObjectReference _node = new()
    {
        ApiVersion = "v1",
        Kind = "Node",
        Name = "a",
        Uid = "u",
    };
    private TestApi _api = null!;
    private EventRecorder _recorder = null!;

    public async ValueTask InitializeAsync()
    {
        _api = await TestApi.StartAsync();
        _recorder = new(_api.Client(_time), "eni-controller", "pod-1", TestMetrics.New(), _time, NullLogger.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task A_bug_in_the_writing_ends_it_at_once_and_is_the_outcome()
    {
        var failing = new EventRecorder(_api.Client(_time), "eni-controller", "pod-1", TestMetrics.New(), _time, new FailingLogger());
        _api.On(_ => true, TestApi.Refuse(403, "Forbidden"));
        failing.Record(_node, EventType.Normal, "Attached", "done");
        var failed = await Assert.ThrowsAsync<InvalidOperationException>(() => failing.RunAsync(_stop.Token).Within());
        Assert.Equal("a bug", failed.Message);
    }

    [Fact]
    public async Task A_repeat_counts_up_the_event_instead_of_adding_one()
    {
        _api.On(_ => true, TestApi.Json(Stored));
        _recorder.Record(_node, EventType.Warning, "SubnetFull", "no address");
        _recorder.Record(_node, EventType.Warning, "SubnetFull", "no address");
        _recorder.Record(_node, EventType.Normal, "Attached", "done");

        await DrainAsync();

        Assert.Equal(["POST", "POST", "PATCH"], _api.Calls.Select(call => call.Method));
        var created = _api.Calls[0];
        Assert.Equal("/api/v1/namespaces/default/events", created.Path);
        Assert.Equal(("Warning", "SubnetFull", 1), ((string?)created.Json["type"], (string?)created.Json["reason"], (int?)created.Json["count"]));
        Assert.Equal("eni-controller", (string?)created.Json["source"]!["component"]);
        Assert.Equal("u", (string?)created.Json["involvedObject"]!["uid"]);
        Assert.Equal(2, (int?)_api.Calls[2].Json["count"]);
        Assert.EndsWith((string)created.Json["metadata"]!["name"]!, _api.Calls[2].Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_thousand_normal_occurrences_in_a_few_seconds_are_a_handful_of_writes_of_one_event_with_an_example_and_the_progress()
    {
        _api.On(_ => true, TestApi.Json(Stored));
        var running = _recorder.RunAsync(_stop.Token);
        for (var i = 1; i <= 1000; i++)
        {
            var reached = i;
            _recorder.Record(_node, EventType.Normal, "ENIDeleted", $"eni-{i} is deleted", () => $"{reached} of 1000");
            _time.Advance(TimeSpan.FromMilliseconds(25));
            if (i % 100 == 0)
            {
                await Task.Yield();
            }
        }

        await Eventually.Holds(
            () => _api.Calls is [.., var last] && (int?)last.Json["count"] == 1000,
            () => _time.Advance(TimeSpan.FromSeconds(1)),
            "all are counted"
        );
        Assert.InRange(_api.Calls.Count, 2, 5);
        Assert.Single(_api.Calls, call => call.Method == "POST");
        Assert.Equal("eni-1 is deleted (1 of 1000)", (string?)_api.Calls[0].Json["message"]);
        Assert.Equal("eni-1000 is deleted (1000 of 1000)", (string?)_api.Calls[^1].Json["message"]);
        await _stop.CancelAsync();
        await running.Within();
    }

    /// <summary>
    /// A delay is of whole milliseconds: cut to those it ends too early, and the rest of one would
    /// be waited for by looking at the clock.
    /// </summary>
    [Fact]
    public async Task What_is_held_back_is_waited_for_by_one_delay_that_does_not_end_before_it_is_due()
    {
        var clock = new DelaysNoted();
        var exact = new EventRecorder(_api.Client(clock), "eni-controller", "pod-1", TestMetrics.New(), clock, NullLogger.Instance);
        _api.On(_ => true, TestApi.Json(Stored));
        var running = exact.RunAsync(_stop.Token);
        exact.Record(_node, EventType.Normal, "R", "m");
        exact.Record(_node, EventType.Normal, "Another", "m");
        await Eventually.Holds(() => _api.Calls.Count == 2, "the answer to the first is known, for the second is being written");
        clock.Advance(TimeSpan.FromMilliseconds(0.5));
        exact.Record(_node, EventType.Normal, "R", "m");

        await Eventually.Holds(() => clock.Delays.Any(IsOfTheRepeat), "the repeat is waited for");
        Assert.True(clock.Delays.Single(IsOfTheRepeat) >= TimeSpan.FromMilliseconds(9999.5));
        clock.Advance(TimeSpan.FromSeconds(10));
        await Eventually.Holds(() => _api.Calls.Count == 3, "the repeat is written");
        await _stop.CancelAsync();
        await running.Within();

        static bool IsOfTheRepeat(TimeSpan delay) => delay > TimeSpan.FromSeconds(9) && delay < TimeSpan.FromSeconds(11);
    }

    [Fact]
    public async Task An_event_that_the_server_has_dropped_is_created_anew()
    {
        _api.On(call => call.Method == "PATCH", TestApi.Refuse(404, "NotFound"));
        _api.On(_ => true, TestApi.Json(Stored));
        _recorder.Record(_node, EventType.Normal, "R", "m");
        _recorder.Record(_node, EventType.Normal, "R", "m");

        await DrainAsync();

        Assert.Equal(["POST", "PATCH", "POST"], _api.Calls.Select(call => call.Method));
        Assert.Equal(0, _recorder.Dropped);
    }

    [Fact]
    public async Task A_flood_of_messages_of_one_reason_is_combined_after_ten()
    {
        _api.On(_ => true, TestApi.Json(Stored));
        for (var i = 0; i < 14; i++)
        {
            _recorder.Record(_node, EventType.Warning, "R", $"message {i}");
        }

        await DrainAsync();

        Assert.Equal(11, _api.Calls.Count(call => call.Method == "POST"));
        Assert.Equal("(combined from similar events) message 10", (string?)_api.Calls[10].Json["message"]);
        Assert.Equal("(combined from similar events) message 13", (string?)_api.Calls[^1].Json["message"]);
        Assert.Equal(4, (int?)_api.Calls[^1].Json["count"]);
    }

    [Fact]
    public async Task A_full_queue_drops_and_counts_rather_than_blocks()
    {
        for (var i = 0; i < 1005; i++)
        {
            _recorder.Record(_node, EventType.Normal, "R", "m");
        }

        Assert.Equal(5, _recorder.Dropped);
        _api.On(_ => true, TestApi.Json(Stored));
        await DrainAsync();
    }

    [Fact]
    public async Task A_server_that_is_down_is_tried_again_and_then_given_up()
    {
        _api.On(_ => true, TestApi.Refuse(503, "ServiceUnavailable"));
        var running = _recorder.RunAsync(_stop.Token);
        _recorder.Record(_node, EventType.Normal, "R", "m");

        await Eventually.Holds(() => _recorder.Dropped == 1, () => _time.Advance(TimeSpan.FromSeconds(1)), "given up");

        Assert.Equal(3, _api.Calls.Count);
        await _stop.CancelAsync();
        await running.Within();
    }

    private async Task DrainAsync()
    {
        var running = _recorder.RunAsync(_stop.Token);
        await _stop.CancelAsync();
        await running.Within();
    }

    private sealed class FailingLogger : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new InvalidOperationException("a bug");
    }

    private sealed class DelaysNoted : FakeTimeProvider
    {
        public ConcurrentQueue<TimeSpan> Delays { get; } = new();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Delays.Enqueue(dueTime);
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}
