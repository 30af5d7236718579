using System.Net;
using MultiEni.Simulator.Kubernetes;
using MultiEni.Simulator.Kubernetes.Faults;

namespace MultiEni.Simulator.Tests.Kubernetes;

public sealed class FaultTests : ServerFixture
{
    [Theory]
    [InlineData(409, "Conflict")]
    [InlineData(429, "TooManyRequests")]
    [InlineData(500, "InternalError")]
    [InlineData(503, "ServiceUnavailable")]
    public async Task The_next_requests_fail_without_effect(int code, string reason)
    {
        Server.Faults.FailNext("create", "configmaps", code, times: 2, retryAfterSeconds: 3);

        var first = await Client.PostAsync(ConfigMaps, Json("a"));
        var second = await Client.PostAsync(ConfigMaps, Json("a"));
        var third = await Client.PostAsync(ConfigMaps, Json("a"));

        Assert.Equal(code, (int)first.Code);
        Assert.Equal(reason, first.Reason);
        Assert.Equal(3, first.Body["details"]!["retryAfterSeconds"]!.GetValue<int>());
        Assert.Equal(code, (int)second.Code);
        third.Expect(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_lost_answer_is_a_reset_after_the_effect()
    {
        Server.Faults.LoseAnswers("create", "configmaps");

        await Assert.ThrowsAsync<HttpRequestException>(() => Client.PostAsync(ConfigMaps, Json("a")));

        (await Client.GetAsync(ConfigMaps + "/a")).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_held_request_goes_on_when_released()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Server.Faults.Add(new FaultRule { Verb = "create", Action = new FaultAction.Hold(release.Task) });

        var creation = Client.PostAsync(ConfigMaps, Json("a"));
        (await Client.GetAsync(ConfigMaps + "/a")).Expect(HttpStatusCode.NotFound);
        release.SetResult();

        (await creation).Expect(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Hooks_see_every_request_on_both_sides_of_its_effect()
    {
        var seen = new List<string>();
        Server.Faults.BeforeRequest = request =>
        {
            seen.Add($"before {request.Verb} {request.Name}: {Server.Store.Count("configmaps")}");
            return ValueTask.FromResult<FaultAction?>(null);
        };
        Server.Faults.AfterRequest = (request, code) =>
        {
            seen.Add($"after {request.Verb} {code}: {Server.Store.Count("configmaps")}");
            return ValueTask.FromResult<FaultAction?>(null);
        };

        await Client.PostAsync(ConfigMaps, Json("a"));
        await Client.DeleteAsync(ConfigMaps + "/a");

        Assert.Equal(["before create : 0", "after create 201: 1", "before delete a: 1", "after delete 200: 0"], seen);
    }

    [Fact]
    public async Task Requests_are_counted_by_verb_resource_and_client()
    {
        using var other = new ApiClient(Server, "agent/2.0");
        await Client.PostAsync(Nodes, Json("n"));
        await Client.MergePatchAsync(Nodes + "/n/status", "{}");
        await other.GetAsync(Nodes);
        await other.GetAsync(Nodes);

        var counts = Server.Faults.Count();
        Server.Faults.ResetCounts();

        Assert.Equal(4, counts.Total);
        Assert.Equal(2, counts.Writes);
        Assert.Equal(1, counts.Of("patch", "nodes/status"));
        Assert.Equal(2, counts.Of("list", "nodes", "agent"));
        Assert.Equal(0, counts.Of("list", "nodes", "tests"));
        Assert.Equal(0, Server.Faults.Count().Total);
    }
}

public sealed class AuthenticationTests : ServerFixture
{
    private const string User = "system:serviceaccount:default:agent";

    protected override KubernetesSimulatorOptions Options =>
        new()
        {
            InstallsProductResources = false,
            Tokens = new Dictionary<string, string>(StringComparer.Ordinal) { ["secret"] = User },
            Authorizer = static request =>
                request.Verb == "delete"
                    ? $"User \"{request.User}\" cannot delete resource \"{request.Resource}\" in API group \"\" at the cluster scope"
                    : null,
        };

    [Theory]
    [InlineData(null)]
    [InlineData("wrong")]
    public async Task Without_a_known_token_nobody_is_heard(string? token)
    {
        using var stranger = new ApiClient(Server, token: token);

        Assert.Equal("Unauthorized", (await stranger.GetAsync(Nodes)).Expect(HttpStatusCode.Unauthorized).Reason);
    }

    [Fact]
    public async Task The_log_names_the_user_behind_the_token()
    {
        Server.Faults.KeepsLog = true;
        using var agent = new ApiClient(Server, token: "secret");

        (await agent.GetAsync(Nodes)).Expect(HttpStatusCode.OK);

        Assert.Equal(User, Assert.Single(Server.Faults.Log).User);
    }

    [Fact]
    public async Task The_authorizer_decides_and_its_reason_is_the_message()
    {
        using var agent = new ApiClient(Server, token: "secret");
        await agent.PostAsync(Nodes, Json("n"));

        var refused = (await agent.DeleteAsync(Nodes + "/n")).Expect(HttpStatusCode.Forbidden);

        Assert.Equal(
            $"nodes \"n\" is forbidden: User \"{User}\" cannot delete resource \"nodes\" in API group \"\" at the cluster scope",
            refused.Message
        );
    }
}
