using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Client;
using MultiEni.Operator.LeaderElection;

namespace MultiEni.Operator.Tests.Client;

public sealed class KubernetesClientTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private TestApi _api = null!;
    private KubernetesClient _client = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _api = await TestApi.StartAsync();
        _client = _api.Client(_time);
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task A_missing_object_is_null_and_its_deletion_false()
    {
        _api.On(_ => true, TestApi.Refuse(404, "NotFound"));

        Assert.Null(await _client.GetAsync(TestNodes.Kind, ObjectKey.Cluster("a"), Token));
        Assert.False((await _client.DeleteAsync(TestNodes.Kind, ObjectKey.Cluster("a"), new DeleteOptions(), Token)).Existed);
    }

    [Fact]
    public async Task All_objects_are_listed_page_by_page()
    {
        _api.On(call => call.Query.GetValueOrDefault("continue") == "next", TestApi.Json(TestNodes.List("7", TestNodes.Json("b", "2"))));
        _api.On(
            call => call.Query.GetValueOrDefault("limit") == "500" && !call.Query.ContainsKey("continue"),
            TestApi.Json(TestNodes.Page("7", "next", TestNodes.Json("a", "1")))
        );

        var all = await _client.ListAllAsync(TestNodes.Kind, new ListOptions(), Token);

        Assert.Equal(["a", "b"], all.Select(node => node.Metadata.Name));
    }

    [Fact]
    public async Task Apply_sends_only_what_is_claimed_with_kind_and_version()
    {
        _api.On(_ => true, TestApi.Json(TestNodes.Json("a", "2")));

        await _client.ApplyAsync(TestNodes.Kind, new() { Metadata = new() { Name = "a" } }, "me", true, "status", Token);

        var call = _api.Calls[0];
        Assert.Equal(("PATCH", "/api/v1/nodes/a/status", "application/apply-patch+yaml"), (call.Method, call.Path, call.ContentType));
        Assert.Equal(("me", "true"), (call.Query["fieldManager"], call.Query["force"]));
        Assert.True(
            JsonNode.DeepEquals(JsonNode.Parse("""{"metadata":{"name":"a"},"spec":{},"status":{},"apiVersion":"v1","kind":"Node"}"""), call.Json)
        );
    }

    [Fact]
    public async Task Delete_sends_its_conditions()
    {
        _api.On(_ => true, TestApi.Json("""{"kind":"Status"}"""));
        var options = new DeleteOptions
        {
            Uid = "u1",
            GracePeriodSeconds = 0,
            Propagation = DeletePropagation.Foreground,
        };

        Assert.True((await _client.DeleteAsync(TestNodes.Kind, ObjectKey.Cluster("a"), options, Token)).Existed);

        var body = _api.Calls[0].Json;
        Assert.Equal("u1", (string?)body["preconditions"]!["uid"]);
        Assert.Equal(0, (int?)body["gracePeriodSeconds"]);
        Assert.Equal("Foreground", (string?)body["propagationPolicy"]);
    }

    [Fact]
    public async Task An_answer_that_is_not_of_an_API_server_is_a_failure_like_others_and_told()
    {
        _api.On(_ => true, TestApi.Json("<html>Please sign in</html>"));
        var outcomes = new List<WriteOutcome>();
        var telling = new KubernetesClient(_api.Http, _time, afterWrite: outcomes.Add);
        var key = ObjectKey.Cluster("a");
        Func<Task>[] requests =
        [
            () => telling.GetAsync(TestNodes.Kind, key, Token),
            () => telling.ApplyAsync(TestNodes.Kind, TestNodes.Node("a", "1"), "me", true, null, Token),
            () => telling.DeleteAsync(TestNodes.Kind, key, new DeleteOptions(), Token),
        ];

        foreach (var request in requests)
        {
            var failure = await Record.ExceptionAsync(request);
            Assert.True(KubernetesFailure.Is(failure!), $"{failure}");
            Assert.Contains("is not a Kubernetes API server", failure!.Message, StringComparison.Ordinal);
        }

        Assert.Equal(["apply", "delete"], outcomes.Where(outcome => outcome.Failure is HttpRequestException).Select(outcome => outcome.Verb));
        Assert.Equal(2, outcomes.Count);
    }

    [Fact]
    public async Task Too_many_requests_is_waited_out_as_long_as_the_server_says()
    {
        _api.On(_ => true, TestApi.Json("{}", 429, "7"), TestApi.Json(TestNodes.Json("a", "2")));

        var getting = _client.GetAsync(TestNodes.Kind, ObjectKey.Cluster("a"), Token);
        await Eventually.Holds(() => getting.IsCompleted, () => _time.Advance(TimeSpan.FromSeconds(1)), "an answer");

        Assert.Equal("2", (await getting)!.Metadata.ResourceVersion);
        Assert.True(_time.GetUtcNow() - _time.Start >= TimeSpan.FromSeconds(7));
    }

    [Theory]
    [InlineData(409, "Conflict", nameof(KubernetesApiException.IsConflict))]
    [InlineData(409, "AlreadyExists", nameof(KubernetesApiException.IsAlreadyExists))]
    [InlineData(422, "Invalid", nameof(KubernetesApiException.IsInvalid))]
    [InlineData(403, "Forbidden", nameof(KubernetesApiException.IsForbidden))]
    [InlineData(410, "Expired", nameof(KubernetesApiException.IsExpired))]
    [InlineData(503, "ServiceUnavailable", nameof(KubernetesApiException.IsTransient))]
    [InlineData(404, "NotFound", nameof(KubernetesApiException.IsNotFound))]
    public async Task A_refusal_has_exactly_one_meaning_and_names_verb_and_object(int status, string reason, string meaning)
    {
        _api.On(_ => true, TestApi.Refuse(status, reason, "because"));

        var e = await Assert.ThrowsAsync<KubernetesApiException>(() =>
            _client.MergePatchAsync(TestNodes.Kind, ObjectKey.Cluster("a"), new JsonObject(), null, Token)
        );

        Assert.Equal($"patch nodes a: {status} {reason}: because", e.Message);
        var meanings = new Dictionary<string, bool>
        {
            [nameof(e.IsConflict)] = e.IsConflict,
            [nameof(e.IsAlreadyExists)] = e.IsAlreadyExists,
            [nameof(e.IsInvalid)] = e.IsInvalid,
            [nameof(e.IsForbidden)] = e.IsForbidden,
            [nameof(e.IsExpired)] = e.IsExpired,
            [nameof(e.IsTransient)] = e.IsTransient,
            [nameof(e.IsNotFound)] = e.IsNotFound,
        };
        Assert.Equal([meaning], meanings.Where(entry => entry.Value).Select(entry => entry.Key));
    }

    [Fact]
    public async Task A_guarded_client_checks_before_each_write_and_each_repeat_of_it_and_before_no_read()
    {
        _api.On(call => call.Method == "GET", TestApi.Json(TestNodes.Json("a", "2")));
        _api.On(_ => true, TestApi.Json("{}", 429, "7"), TestApi.Json(TestNodes.Json("a", "2")));
        var leads = true;
        var guarded = _client.GuardedBy(() =>
        {
            if (!leads)
            {
                throw new LeadershipLostException("not the leader");
            }
        });

        var writing = guarded.MergePatchAsync(TestNodes.Kind, ObjectKey.Cluster("a"), new JsonObject(), null, Token);
        await Eventually.Holds(() => _api.Calls.Count == 1, "the first attempt");
        leads = false;
        await Eventually.Holds(() => writing.IsCompleted, () => _time.Advance(TimeSpan.FromSeconds(2)), "the end");

        await Assert.ThrowsAsync<LeadershipLostException>(() => writing);
        Assert.NotNull(await guarded.GetAsync(TestNodes.Kind, ObjectKey.Cluster("a"), Token));
        Assert.Single(_api.Calls, call => call.Method == "PATCH");
    }

    /// <summary>Signing in can take seconds: a token may have to be fetched by a program.</summary>
    [Fact]
    public async Task A_guarded_client_checks_once_more_after_it_has_signed_in()
    {
        _api.On(_ => true, TestApi.Json(TestNodes.Json("a", "2")));
        var config = new KubernetesConfig
        {
            Server = _api.Http.BaseAddress!,
            Source = "test",
            Credentials = new ClientCredentials.Token("t"),
        };
        using var http = KubernetesConnection.Open(config, "test", _time);
        var checks = 0;
        var guarded = new KubernetesClient(http, _time).GuardedBy(() =>
        {
            if (++checks == 2)
            {
                throw new LeadershipLostException("lost in between");
            }
        });

        await Assert.ThrowsAsync<LeadershipLostException>(() =>
            guarded.MergePatchAsync(TestNodes.Kind, ObjectKey.Cluster("a"), new JsonObject(), null, Token)
        );

        Assert.Empty(_api.Calls);
    }

    [Fact]
    public async Task A_body_that_stalls_ends_with_the_callers_token()
    {
        _api.On(_ => true, _api.Hang("""{"metadata":"""));
        using var cancelled = new CancellationTokenSource();
        var getting = _client.GetAsync(TestNodes.Kind, ObjectKey.Cluster("a"), cancelled.Token);
        await Eventually.Holds(() => _api.Calls.Count == 1, "the request");

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => getting.Within());
    }

    [Fact]
    public async Task A_body_that_stalls_ends_with_a_timeout_of_our_own()
    {
        _api.On(_ => true, _api.Hang("""{"metadata":"""));
        var getting = _client.GetAsync(TestNodes.Kind, ObjectKey.Cluster("a"), Token);

        await Eventually.Holds(() => getting.IsCompleted, () => _time.Advance(TimeSpan.FromSeconds(5)), "the end");

        Assert.Contains("get nodes a", (await Assert.ThrowsAsync<TimeoutException>(() => getting)).Message, StringComparison.Ordinal);
    }
}
