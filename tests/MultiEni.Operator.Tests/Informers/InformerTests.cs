using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Informers;

namespace MultiEni.Operator.Tests.Informers;

public sealed class InformerTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _news = [];
    private TestApi _api = null!;
    private Informer<Node> _informer = null!;
    private Task _running = Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        _api = await TestApi.StartAsync();
        _informer = new(_api.Client(_time), TestNodes.Kind, InformerScope.All, null, TestMetrics.New(), _time, NullLogger.Instance, () => 0);
        _informer.Subscribe(change =>
        {
            lock (_news)
            {
                _news.Add($"{change.GetType().Name} {change.Current.Metadata.Name}@{change.Current.Metadata.ResourceVersion}");
            }
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.Within();
        await _api.DisposeAsync();
    }

    [Fact]
    public async Task The_cache_is_there_only_after_the_last_page()
    {
        _api.On(call => call.Query.GetValueOrDefault("continue") == "next", TestApi.Json(TestNodes.List("7", TestNodes.Json("b", "2"))));
        _api.OnWatch(_api.Hang());
        _api.OnList(TestApi.Json(TestNodes.Page("7", "next", TestNodes.Json("a", "1"))));
        Assert.False(_informer.SyncedAsync(_stop.Token).IsCompleted);

        var cache = await StartAsync();

        Assert.Equal(["a", "b"], cache.List().Select(node => node.Metadata.Name).Order());
        await Eventually.Holds(() => _api.Calls.Any(call => call.IsWatch), "a watch");
        var watch = _api.Calls[^1];
        Assert.Equal("7", watch.Query["resourceVersion"]);
        Assert.Equal("true", watch.Query["allowWatchBookmarks"]);
        Assert.Equal("300", watch.Query["timeoutSeconds"]);
        Assert.Equal("500", _api.Calls[0].Query["limit"]);
    }

    [Fact]
    public async Task A_page_that_has_expired_makes_it_list_in_one_piece()
    {
        _api.OnWatch(_api.Hang());
        _api.On(call => call.Query.ContainsKey("continue"), TestApi.Refuse(410, "Expired"));
        _api.On(call => call.Query.ContainsKey("limit"), TestApi.Json(TestNodes.Page("7", "next", TestNodes.Json("stale", "1"))));
        _api.OnList(TestApi.Json(TestNodes.List("9", TestNodes.Json("a", "8"))));

        var cache = await StartAsync();

        Assert.Equal("a", Assert.Single(cache.List()).Metadata.Name);
        Assert.DoesNotContain("Added stale@1", News());
    }

    [Fact]
    public async Task A_list_that_begins_anew_shows_what_was_written_while_the_former_was_read()
    {
        var synced = new TaskCompletionSource<IObjectCache<Node>>();
        _api.OnWatch(TestApi.Stream(TestNodes.Error(410, "Expired")), _api.Hang());
        _api.On(
            call => call.Query.ContainsKey("continue"),
            async context =>
            {
                // And then the database is restored from a backup, which counts from an earlier
                // version again.
                (await synced.Task).Wrote(TestNodes.Node("lost", "100"));
                await TestApi.Refuse(410, "Expired")(context);
            }
        );
        _api.On(call => call.Query.ContainsKey("limit"), TestApi.Json(TestNodes.List("5")), TestApi.Json(TestNodes.Page("7", "next")));
        _api.OnList(TestApi.Json(TestNodes.List("9", TestNodes.Json("a", "8"))));

        var cache = await StartAsync();
        synced.SetResult(cache);

        await Eventually.Holds(() => News().Contains("Added a@8"), "the list in one piece");
        Assert.Equal("a", Assert.Single(cache.List()).Metadata.Name);
    }

    [Fact]
    public async Task Changes_of_the_watch_reach_cache_and_subscribers_in_order()
    {
        var frames = Channel.CreateUnbounded<string>();
        _api.OnWatch(_api.Feed(frames.Reader));
        _api.OnList(TestApi.Json(TestNodes.List("5", TestNodes.Json("a", "1"))));
        var cache = await StartAsync();

        frames.Writer.TryWrite(TestNodes.Added(TestNodes.Json("b", "6")));
        frames.Writer.TryWrite(TestNodes.Modified(TestNodes.Json("a", "7")));
        frames.Writer.TryWrite(TestNodes.Deleted(TestNodes.Json("b", "8")));

        await Eventually.Holds(() => News().Count == 4, "four changes");
        Assert.Equal(["Added a@1", "Added b@6", "Updated a@7", "Deleted b@8"], News());
        Assert.Equal("7", cache.Get(ObjectKey.Cluster("a"))!.Metadata.ResourceVersion);
        Assert.Null(cache.Get(ObjectKey.Cluster("b")));
    }

    [Theory]
    [InlineData("in the middle of a frame")]
    [InlineData("between frames")]
    public async Task A_broken_watch_resumes_from_the_last_version_seen(string where)
    {
        var whole = TestNodes.Bookmark("6") + "\n" + TestNodes.Added(TestNodes.Json("b", "11")) + "\n";
        var sent = where == "between frames" ? whole : whole + """{"type":"ADDED","obj""";
        _api.OnWatch(TestApi.Cut(sent, () => News().Count == 1), _api.Hang());
        _api.OnList(TestApi.Json(TestNodes.List("5")));
        await StartAsync();

        await Eventually.Holds(() => Watches().Count == 2, Tick, "a second watch");

        Assert.Equal(["5", "11"], Watches().Select(call => call.Query["resourceVersion"]));
        Assert.Single(_api.Calls, call => !call.IsWatch);
        Assert.Equal(["Added b@11"], News());
    }

    [Fact]
    public async Task A_watch_that_gets_410_lists_again_and_tells_only_the_difference()
    {
        _api.OnWatch(TestApi.Stream(TestNodes.Error(410, "Expired")), _api.Hang());
        _api.OnList(
            TestApi.Json(TestNodes.List("5", TestNodes.Json("gone", "1"), TestNodes.Json("same", "2"), TestNodes.Json("changed", "3"))),
            TestApi.Json(TestNodes.List("9", TestNodes.Json("same", "2"), TestNodes.Json("changed", "8"), TestNodes.Json("new", "9")))
        );
        await StartAsync();

        await Eventually.Holds(() => Watches().Count == 2, "a watch after the second list, without waiting");

        Assert.Equal("9", Watches()[1].Query["resourceVersion"]);
        Assert.Equal(["Deleted gone@1", "Updated changed@8", "Added new@9"], News().Skip(3));
    }

    [Fact]
    public async Task A_410_that_comes_again_at_once_is_not_a_hot_loop()
    {
        _api.OnWatch(TestApi.Stream(TestNodes.Error(410, "Expired")));
        _api.OnList(TestApi.Json(TestNodes.List("5")));
        await StartAsync();

        await Eventually.Holds(() => _informer.Health.LastFailure is not null, "the second 410 counted as a failure");

        Assert.Equal(2, Watches().Count);
        await Eventually.Holds(() => Watches().Count >= 3, Tick, "a third attempt when time passes");
    }

    [Fact]
    public async Task A_410_after_an_outage_lists_at_once_however_long_it_was()
    {
        _api.OnWatch(
            TestApi.Stream(TestNodes.Bookmark("6")),
            TestApi.Refuse(503, "ServiceUnavailable"),
            TestApi.Refuse(503, "ServiceUnavailable"),
            TestApi.Refuse(503, "ServiceUnavailable"),
            TestApi.Refuse(503, "ServiceUnavailable"),
            TestApi.Stream(TestNodes.Error(410, "Expired")),
            TestApi.Refuse(503, "ServiceUnavailable"),
            _api.Hang()
        );
        _api.OnList(TestApi.Json(TestNodes.List("5")), TestApi.Json(TestNodes.List("9", TestNodes.Json("a", "8"))));
        await StartAsync();
        await Eventually.Holds(() => Watches().Count >= 6, () => _time.Advance(TimeSpan.FromMilliseconds(100)), "the 410");

        await Eventually.Holds(() => News().Count == 1, "the list after it, without waiting");

        // The outage before it has no part in the next pause, which is the shortest one again: 0.4
        // s where the random number is 0.
        await Eventually.Holds(() => Watches().Count == 7, "a watch of the new list");
        await Eventually.Holds(() => _informer.Health.LastFailure is not null, "its failure");
        _time.Advance(TimeSpan.FromSeconds(0.4));
        await Eventually.Holds(() => Watches().Count == 8, "the next watch");
    }

    [Fact]
    public async Task A_watch_that_stays_silent_beyond_its_time_is_given_up_and_listed_again()
    {
        _api.OnWatch(_api.Hang());
        _api.OnList(TestApi.Json(TestNodes.List("5")), TestApi.Json(TestNodes.List("6", TestNodes.Json("a", "6"))));
        await StartAsync();
        await Eventually.Holds(() => Watches().Count == 1, "a watch");

        await Eventually.Holds(() => News().Count == 1, () => _time.Advance(TimeSpan.FromSeconds(10)), "the second list");

        Assert.Equal(["Added a@6"], News());
    }

    [Fact]
    public async Task A_list_that_fails_is_tried_again_with_growing_pauses()
    {
        _api.OnWatch(_api.Hang());
        _api.OnList(
            TestApi.Json("upstream gone", 502),
            TestApi.Cut("""{"metadata":{"resourceVersion":"1"},"items":["""),
            TestApi.Refuse(403, "Forbidden"),
            TestApi.Json("not json"),
            TestApi.Json(TestNodes.List("5", TestNodes.Json("a", "1")))
        );
        _running = _informer.RunAsync(_stop.Token);

        await Eventually.Holds(() => _informer.Health.IsSynced, Tick, "synced in the end");

        Assert.Equal(5, _api.Calls.Count(call => !call.IsWatch));
    }

    [Fact]
    public async Task A_watch_that_ends_in_good_order_goes_on_at_once()
    {
        _api.OnWatch(TestApi.Stream(TestNodes.Bookmark("8")), _api.Hang());
        _api.OnList(TestApi.Json(TestNodes.List("5")));
        await StartAsync();

        await Eventually.Holds(() => Watches().Count == 2, "a second watch without time passing");

        Assert.Equal("8", Watches()[1].Query["resourceVersion"]);
    }

    [Fact]
    public async Task A_late_subscriber_hears_of_present_objects_as_added()
    {
        _api.OnWatch(_api.Hang());
        _api.OnList(TestApi.Json(TestNodes.List("5", TestNodes.Json("a", "1"))));
        await StartAsync();
        var heard = new List<ObjectChange<Node>>();

        _informer.Subscribe(heard.Add).Dispose();

        Assert.Equal("a", Assert.IsType<ObjectChange<Node>.Added>(Assert.Single(heard)).Object.Metadata.Name);
    }

    [Fact]
    public async Task A_subscriber_that_throws_does_not_cut_the_others_off_and_ends_the_informer()
    {
        using var bad = _informer.Subscribe(_ => throw new InvalidOperationException("bug"));
        var heard = 0;
        using var good = _informer.Subscribe(_ => heard++);
        _api.OnWatch(_api.Hang());
        _api.OnList(TestApi.Json(TestNodes.List("5", TestNodes.Json("a", "1"), TestNodes.Json("b", "2"))));

        var e = await Assert.ThrowsAsync<ConsumerFailedException>(() => _informer.RunAsync(_stop.Token).Within());

        Assert.Equal(2, heard);
        Assert.Equal("bug", e.InnerException!.Message);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _informer.SyncedAsync(_stop.Token).Within());
    }

    [Fact]
    public async Task Who_subscribes_late_and_throws_hears_of_it_himself()
    {
        _api.OnWatch(_api.Hang());
        _api.OnList(TestApi.Json(TestNodes.List("5", TestNodes.Json("a", "1"))));
        await StartAsync();

        Assert.Throws<InvalidOperationException>(() => _informer.Subscribe(_ => throw new InvalidOperationException("bug")));

        Assert.True(_informer.Health.IsSynced);
        Assert.False(_running.IsCompleted);
    }

    [Fact]
    public async Task Indexes_follow_the_objects()
    {
        var frames = Channel.CreateUnbounded<string>();
        _informer.AddIndex("zone", node => node.Metadata.Label("zone") is { } zone ? [zone] : []);
        _api.OnWatch(_api.Feed(frames.Reader));
        _api.OnList(TestApi.Json(TestNodes.List("5", TestNodes.Json("a", "1", zone: "x"), TestNodes.Json("b", "2", zone: "x"))));
        var cache = await StartAsync();
        Assert.Equal(["a", "b"], cache.ByIndex("zone", "x").Select(node => node.Metadata.Name).Order());

        frames.Writer.TryWrite(TestNodes.Modified(TestNodes.Json("a", "6", zone: "y")));
        frames.Writer.TryWrite(TestNodes.Deleted(TestNodes.Json("b", "7", zone: "x")));

        await Eventually.Holds(() => cache.Count == 1, "the deletion");
        Assert.Empty(cache.ByIndex("zone", "x"));
        Assert.Equal("6", Assert.Single(cache.ByIndex("zone", "y")).Metadata.ResourceVersion);
        Assert.Throws<ArgumentException>(() => cache.ByIndex("colour", "x"));
        Assert.Throws<InvalidOperationException>(() => _informer.AddIndex("late", _ => []));
    }

    [Fact]
    public async Task It_is_ready_for_a_minute_of_failures_and_again_with_the_first_answer_and_lives_all_the_time()
    {
        Assert.Contains("first list", _informer.Readiness().Reason, StringComparison.Ordinal);
        var frames = Channel.CreateUnbounded<string>();
        var refusals = Enumerable.Repeat(TestApi.Refuse(401, "Unauthorized"), 4).ToArray();
        _api.OnWatch(TestApi.Stream(TestNodes.Bookmark("6")), TestApi.Refuse(401, "Unauthorized"), _api.Feed(frames.Reader));
        _api.OnList([TestApi.Json(TestNodes.List("5")), .. refusals, TestApi.Json(TestNodes.List("9"))]);
        await StartAsync();
        await Eventually.Holds(() => _informer.Health.LastFailure is not null, "the refusal");
        Assert.True(_informer.Readiness().IsHealthy);

        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.True(_informer.Readiness().IsHealthy);
        await Eventually.Holds(() => !_informer.Readiness().IsHealthy, Tick, "that it is not ready");
        Assert.Contains("requests have failed for 6", _informer.Readiness().Reason, StringComparison.Ordinal);
        Assert.True(_informer.Liveness().IsHealthy);

        await Eventually.Holds(() => _informer.Readiness().IsHealthy, () => _time.Advance(TimeSpan.FromSeconds(30)), "that it is ready again");
        Assert.True(_informer.Liveness().IsHealthy);
    }

    [Fact]
    public async Task An_API_server_that_is_away_for_a_day_asks_for_no_restart_and_a_request_that_never_ends_does()
    {
        using var hold = new ManualResetEventSlim();
        var isAway = true;
        _api.OnWatch(context =>
            (isAway ? TestApi.Refuse(503, "ServiceUnavailable") : TestApi.Stream(TestNodes.Added(TestNodes.Json("a", "6"))))(context)
        );
        _api.OnList(TestApi.Json(TestNodes.List("5")));
        await StartAsync();
        for (var hour = 0; hour < 24; hour++)
        {
            var before = _api.Calls.Count;
            await Eventually.Holds(() => _api.Calls.Count > before, () => _time.Advance(TimeSpan.FromMinutes(1)), "another attempt");
            Assert.True(_informer.Liveness().IsHealthy);
        }

        // Somebody who is told of a change and does not come back.
        using var stuck = _informer.Subscribe(_ => hold.Wait());
        isAway = false;
        try
        {
            await Eventually.Holds(() => News().Contains("Added a@6"), () => _time.Advance(TimeSpan.FromSeconds(1)), "that it is stuck");
            await Eventually.Holds(() => !_informer.Liveness().IsHealthy, () => _time.Advance(TimeSpan.FromMinutes(1)), "that it lives no more");
            Assert.Contains("has not ended", _informer.Liveness().Reason, StringComparison.Ordinal);
        }
        finally
        {
            // Without it, the end of the subscription would wait for its own call for ever.
            hold.Set();
        }
    }

    [Theory]
    [InlineData("\"2026-01-01T00:00:00+99:00\"")]
    [InlineData("\"2026-01-01T00:00:00+14:01\"")]
    [InlineData("\"0000-01-01T00:00:00Z\"")]
    [InlineData("\"0001-01-01T00:00:00+14:00\"")]
    [InlineData("\"10000-01-01T13:59:59Z\"")]
    [InlineData("\"9999-12-31T23:59:59Z\"")]
    [InlineData("\"2026-01-01t00:00:00z\"")]
    [InlineData("\"\"")]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("""{"seconds":[7]}""")]
    public async Task A_time_that_cannot_be_read_is_none_and_hides_no_object(string value)
    {
        var attachments = new Informer<EniAttachment>(
            _api.Client(_time),
            Attachments,
            InformerScope.All,
            null,
            TestMetrics.New(),
            _time,
            NullLogger.Instance,
            () => 0
        );
        var frames = Channel.CreateUnbounded<string>();
        _api.OnWatch(_api.Feed(frames.Reader));
        _api.OnList(TestApi.Json(TestNodes.List("5", WithTime("a", "1", value), WithTime("b", "2", "\"2026-01-01T00:00:00+00:00\""))));
        _running = attachments.RunAsync(_stop.Token);
        var cache = await attachments.SyncedAsync(_stop.Token).Within();
        frames.Writer.TryWrite(TestNodes.Added(WithTime("c", "6", value)));
        await Eventually.Holds(() => cache.Count == 3, "the object of the watch");

        foreach (var name in new[] { "a", "c" })
        {
            var unreadable = cache.Get(ObjectKey.Cluster(name))!.Status!;
            Assert.Null(unreadable.Device!.ReleaseHeartbeatTime);
            Assert.Null(Assert.Single(unreadable.Conditions!).LastTransitionTime);
            Assert.Equal("after", unreadable.Conditions![0].Message);
        }

        var readable = cache.Get(ObjectKey.Cluster("b"))!.Status!;
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), readable.Device!.ReleaseHeartbeatTime);
        Assert.Equal(readable.Device.ReleaseHeartbeatTime, readable.Conditions![0].LastTransitionTime);
        Assert.Null(attachments.Health.LastFailure);
    }

    private static ResourceKind<EniAttachment> Attachments { get; } =
        new(
            Names.Group,
            Names.Version,
            Names.EniAttachmentPlural,
            Names.EniAttachmentKind,
            false,
            ApiJson.Default.EniAttachment,
            ApiJson.Default.KubernetesListEniAttachment
        );

    private static string WithTime(string name, string version, string time) =>
        $$$"""{"metadata":{"name":"{{{name}}}","resourceVersion":"{{{version}}}","uid":"u"},"status":{"device":{"releaseHeartbeatTime":{{{time}}},"driver":"ena"},"conditions":[{"type":"Bound","status":"True","reason":"Bound","lastTransitionTime":{{{time}}},"message":"after"}]}}""";

    private async Task<IObjectCache<Node>> StartAsync()
    {
        _running = _informer.RunAsync(_stop.Token);
        return await _informer.SyncedAsync(_stop.Token).Within();
    }

    private void Tick() => _time.Advance(TimeSpan.FromSeconds(1));

    private List<ApiCall> Watches() => [.. _api.Calls.Where(call => call.IsWatch)];

    private List<string> News()
    {
        lock (_news)
        {
            return [.. _news];
        }
    }
}
