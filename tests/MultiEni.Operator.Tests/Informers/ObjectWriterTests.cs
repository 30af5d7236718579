using Microsoft.AspNetCore.Http;
using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Client;
using MultiEni.Operator.Informers;

namespace MultiEni.Operator.Tests.Informers;

public sealed class ObjectWriterTests : IAsyncLifetime
{
    private const string Ours = "test/ours";
    private readonly RecordingCache _cache = new();
    private TestApi _api = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private ObjectWriter<Node> Writer => new(_api.Client(TimeProvider.System), TestNodes.Kind, "tester", _cache);

    public async ValueTask InitializeAsync() => _api = await TestApi.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task A_stored_status_is_in_the_cache_at_once()
    {
        OnPatch(TestApi.Json(Json("2")));

        var stored = await Writer.ApplyStatusAsync(Node("1"), Node("1"), Ct);

        Assert.Equal("2", stored?.Metadata.ResourceVersion);
        Assert.Equal(["wrote 2"], _cache.Changes);
        var call = Assert.Single(_api.Calls);
        Assert.Equal("/api/v1/nodes/n/status", call.Path);
        Assert.Equal(("tester", "true"), (call.Query["fieldManager"], call.Query["force"]));
    }

    [Fact]
    public async Task A_status_of_an_object_that_is_gone_takes_it_out_of_the_cache()
    {
        OnPatch(TestApi.Refuse(404, "NotFound"));

        Assert.Null(await Writer.ApplyStatusAsync(Node("1"), Node("1"), Ct));

        Assert.Equal(["gone 1"], _cache.Changes);
    }

    [Fact]
    public async Task A_status_whose_name_belongs_to_another_object_now_is_dropped()
    {
        OnPatch(TestApi.Refuse(409, "Conflict"));

        Assert.Null(await Writer.ApplyStatusAsync(Node("1"), Node("1"), Ct));

        Assert.Empty(_cache.Changes);
    }

    [Fact]
    public async Task A_rejected_status_is_the_callers_to_handle()
    {
        OnPatch(TestApi.Refuse(403, "Forbidden"));

        var error = await Assert.ThrowsAsync<KubernetesApiException>(() => Writer.ApplyStatusAsync(Node("1"), Node("1"), Ct));

        Assert.Equal(403, error.StatusCode);
    }

    [Theory]
    [InlineData(422, "Invalid")]
    [InlineData(409, "Conflict")]
    public async Task A_finalizer_is_set_on_the_list_that_others_have_changed(int status, string reason)
    {
        OnPatch(TestApi.Refuse(status, reason), TestApi.Json(Json("3", finalizers: ["other", Ours])));
        OnGet(TestApi.Json(Json("2", finalizers: ["other"])));

        Assert.True(await Writer.SetFinalizerAsync(Node("1"), Ours, present: true, Ct));

        Assert.Equal(["wrote 3"], _cache.Changes);
        Assert.Contains("""["other","test/ours"]""", _api.Calls[^1].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_finalizer_that_the_server_itself_rejects_is_the_callers_to_handle()
    {
        OnPatch(TestApi.Refuse(422, "Invalid"));
        OnGet(TestApi.Json(Json("2")));

        var error = await Assert.ThrowsAsync<KubernetesApiException>(() => Writer.SetFinalizerAsync(Node("1"), Ours, present: true, Ct));

        Assert.True(error.IsInvalid);
    }

    [Fact]
    public async Task A_list_that_never_stands_still_is_an_error_in_the_end()
    {
        OnPatch(TestApi.Refuse(422, "Invalid"));
        var version = 1;
        OnGet(context => TestApi.Json(Json($"{++version}", finalizers: [$"other-{version}"]))(context));

        await Assert.ThrowsAsync<TimeoutException>(() => Writer.SetFinalizerAsync(Node("1"), Ours, present: true, Ct));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task An_object_that_is_gone_keeps_no_finalizer(bool present, bool expected)
    {
        OnPatch(TestApi.Refuse(404, "NotFound"));

        Assert.Equal(expected, await Writer.SetFinalizerAsync(Node("1", present ? [] : [Ours]), Ours, present, Ct));

        Assert.Equal(["gone 1"], _cache.Changes);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_successor_of_the_same_name_is_left_alone(bool present, bool expected)
    {
        OnPatch(TestApi.Refuse(409, "Conflict"));
        OnGet(TestApi.Json(Json("2", uid: "another")));

        Assert.Equal(expected, await Writer.SetFinalizerAsync(Node("1", present ? [] : [Ours]), Ours, present, Ct));
    }

    [Fact]
    public async Task Nothing_is_sent_for_a_finalizer_that_is_as_wanted_or_cannot_be_added_any_more()
    {
        var deleted = Node("1");
        deleted.Metadata.DeletionTimestamp = DateTimeOffset.UnixEpoch;

        Assert.True(await Writer.SetFinalizerAsync(Node("1", [Ours]), Ours, present: true, Ct));
        Assert.False(await Writer.SetFinalizerAsync(deleted, Ours, present: true, Ct));

        Assert.Empty(_api.Calls);
    }

    [Theory]
    [InlineData(200, "", true, "wrote 2")]
    [InlineData(404, "NotFound", false, "gone 1")]
    [InlineData(409, "Conflict", false, null)]
    [InlineData(422, "Invalid", false, null)]
    public async Task A_finalizer_goes_only_while_the_object_is_as_it_was_seen(int status, string reason, bool expected, string? change)
    {
        OnPatch(status == 200 ? TestApi.Json(Json("2")) : TestApi.Refuse(status, reason));

        Assert.Equal(expected, await Writer.RemoveFinalizerIfUnchangedAsync(Node("1", [Ours]), Ours, Ct));

        Assert.Equal(change is null ? [] : [change], _cache.Changes);
        Assert.Contains("/metadata/resourceVersion", Assert.Single(_api.Calls).Body, StringComparison.Ordinal);
    }

    private static Node Node(string version, List<string>? finalizers = null)
    {
        var node = TestNodes.Node("n", version);
        node.Metadata.Finalizers = finalizers;
        return node;
    }

    private static string Json(string version, string uid = "u", List<string>? finalizers = null)
    {
        var node = TestNodes.Node("n", version, uid);
        node.Metadata.Finalizers = finalizers;
        return System.Text.Json.JsonSerializer.Serialize(node, Api.ApiJson.Default.Node);
    }

    private void OnPatch(params Func<HttpContext, Task>[] answers) => _api.On(call => call.Method == "PATCH", answers);

    private void OnGet(params Func<HttpContext, Task>[] answers) => _api.On(call => call.Method == "GET", answers);

    private sealed class RecordingCache : IObjectCache<Node>
    {
        public List<string> Changes { get; } = [];

        public int Count => 0;

        public Node? Get(ObjectKey key) => null;

        public IReadOnlyList<Node> List() => [];

        public IReadOnlyList<Node> ByIndex(string index, string value) => [];

        public void Wrote(Node answer) => Changes.Add($"wrote {answer.Metadata.ResourceVersion}");

        public void Gone(Node last) => Changes.Add($"gone {last.Metadata.ResourceVersion}");
    }
}
