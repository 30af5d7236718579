using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Cli.Tests;
using MultiEni.Scenarios.KubernetesApi;
using MultiEni.Scenarios.Staging;
using MultiEni.Simulator.Kubernetes.Faults;

namespace MultiEni.Scenarios.Stories;

/// <summary>
/// The API server refuses the controller one kind of write: by a webhook, a quota, a missing right,
/// a full etcd. Whoever looks at the NodeENI, the doctor, the metrics or the readiness learns of
/// it; the log alone is never enough. Needs the simulated cluster for ready devices.
/// </summary>
[NeedsSimulatedApiServer]
public class RefusedWriteStories
{
    // The kinds of writes before an ENI is ready.
    [Theory]
    [InlineData("patch", "eniattachments", "", 403)]
    [InlineData("patch", "eniattachments", "", 500)]
    [InlineData("patch", "eniattachments", "status", 403)]
    [InlineData("patch", "nodeenis", "", 403)]
    [InlineData("create", "events", "", 403)]
    [InlineData("patch", "nodes", "", 403)]
    public async Task What_is_refused_while_ENIs_are_made_is_in_the_status(string verb, string resource, string subresource, int code)
    {
        // Events are not repeated, so that what was refused is told for ten minutes.
        await using var stage = await Stage.StartAsync(
            new StageOptions
            {
                ApiServer = new KubernetesApiChoice.Simulator(),
                Nodes = 1,
                StartsPrograms = false,
                AllowsStartupTaint = true,
                Acceleration = resource == "events" ? 60 : 10,
            }
        );
        await stage.Api.TaintNodeAsync(stage.Nodes[0], Stage.Stop, Names.StartupTaint);
        Refuse(stage, verb, resource, subresource, code);
        stage.StartController(change: settings => settings with { ManageStartupTaint = true });
        stage.StartManager(stage.Nodes[0]);

        await stage.ApplyAsync(Manifests.NodeEni("refused"));
        await IsToldAsync(stage, resource, code);

        stage.Cluster.Kubernetes.Faults.BeforeRequest = null;
        await stage.UntilReadyAsync("refused", 1);
        await UntilWellAsync(stage);
    }

    [Theory]
    [InlineData("patch", "eniattachments", "", 403)]
    public async Task What_is_refused_when_ENIs_are_changed_is_in_the_status(string verb, string resource, string subresource, int code)
    {
        await using var stage = await Stage.StartAsync(new StageOptions { ApiServer = new KubernetesApiChoice.Simulator(), Nodes = 1 });
        await stage.ApplyAsync(Manifests.NodeEni("refused"));
        await stage.UntilReadyAsync("refused", 1);
        Refuse(stage, verb, resource, subresource, code);

        await stage.ApplyAsync(Manifests.NodeEni("refused", "description: another"));
        await IsToldAsync(stage, resource, code);

        stage.Cluster.Kubernetes.Faults.BeforeRequest = null;
        await stage.UntilReadyAsync("refused", 1);
        await UntilWellAsync(stage);
    }

    [Theory]
    [InlineData("delete", "eniattachments", "", 403)]
    [InlineData("patch", "eniattachments", "", 422)]
    [InlineData("patch", "nodeenis", "", 403)]
    public async Task What_is_refused_when_ENIs_are_taken_away_is_in_the_status(string verb, string resource, string subresource, int code)
    {
        await using var stage = await Stage.StartAsync(new StageOptions { ApiServer = new KubernetesApiChoice.Simulator(), Nodes = 1 });
        await stage.ApplyAsync(Manifests.NodeEni("refused"));
        await stage.UntilReadyAsync("refused", 1);
        Refuse(stage, verb, resource, subresource, code);

        await stage.DeleteNodeEniAsync("refused");
        await IsToldAsync(stage, resource, code);

        stage.Cluster.Kubernetes.Faults.BeforeRequest = null;
        await stage.UntilGoneAsync("refused");
        await stage.AssertNothingLeftAsync();
    }

    [Theory]
    [InlineData("nodeenis", "status")]
    [InlineData("leases", "")]
    public async Task What_no_status_can_tell_is_in_the_readiness_and_in_the_metrics(string resource, string subresource)
    {
        await using var stage = await Stage.StartAsync(
            new StageOptions
            {
                ApiServer = new KubernetesApiChoice.Simulator(),
                Nodes = 1,
                StartsPrograms = false,
            }
        );
        await stage.ApplyAsync(Manifests.NodeEni("refused"));
        Refuse(stage, null, resource, subresource, 403);
        var address = $"127.0.0.1:{FreePort()}";
        stage.StartController(change: settings => settings with { MetricsAddress = address, LeaderElection = resource == "leases" });
        using var http = new HttpClient { BaseAddress = new Uri($"http://{address}/") };
        var target = subresource.Length == 0 ? resource : $"{resource}/{subresource}";

        await stage.UntilAsync(
            async () =>
                await GetAsync(http, "readyz") is (HttpStatusCode.ServiceUnavailable, var text)
                && text.Contains("writes: ", StringComparison.Ordinal)
                && text.Contains(target, StringComparison.Ordinal)
                && text.Contains("403", StringComparison.Ordinal),
            "the readiness tells of it"
        );
        Assert.Contains($"kubernetes_refused_writes{{resource=\"{target}\"}} 1", (await GetAsync(http, "metrics")).Text, StringComparison.Ordinal);

        stage.Cluster.Kubernetes.Faults.BeforeRequest = null;
        await stage.UntilAsync(async () => (await GetAsync(http, "readyz")).Code == HttpStatusCode.OK, "it is ready again");
    }

    [Fact]
    public async Task One_node_whose_attachment_is_refused_does_not_hold_up_the_others()
    {
        await using var stage = await Stage.StartAsync(
            new StageOptions
            {
                ApiServer = new KubernetesApiChoice.Simulator(),
                Nodes = 6,
                StartsPrograms = false,
            }
        );
        var ill = stage.Cluster.Nodes[0].InstanceId;
        stage.Cluster.Kubernetes.Faults.BeforeRequest = request =>
            ValueTask.FromResult<FaultAction?>(
                request is { Verb: "patch", Resource: "eniattachments", Subresource: "" } && request.Name.Contains(ill, StringComparison.Ordinal)
                    ? new FaultAction.Fail(403)
                    : null
            );
        stage.StartController();
        stage.Nodes.ToList().ForEach(stage.StartManager);

        await stage.ApplyAsync(Manifests.NodeEni("refused"));

        await stage.UntilAsync(async () => (await stage.NodeEniAsync("refused"))?.Status?.ReadyEnis == 5, "five of six are ready");
        Assert.Contains(ill, await stage.UntilReasonAsync("refused", ConditionTypes.Degraded, Reasons.KubernetesApiError));
    }

    [Fact]
    public async Task A_name_of_the_greatest_length_is_no_reason_for_a_refusal()
    {
        var name = new string('n', 208);
        await using var stage = await Stage.StartAsync(new StageOptions { ApiServer = new KubernetesApiChoice.Simulator(), Nodes = 1 });

        await stage.ApplyAsync(Manifests.NodeEni(name));

        await stage.UntilReadyAsync(name, 1);
    }

    private static void Refuse(Stage stage, string? verb, string resource, string subresource, int code) =>
        stage.Cluster.Kubernetes.Faults.BeforeRequest = request =>
            ValueTask.FromResult<FaultAction?>(
                request.IsWrite
                && request.User.EndsWith(":eni-controller", StringComparison.Ordinal)
                && (verb is null || request.Verb == verb)
                && request.Resource == resource
                && request.Subresource == subresource
                    ? new FaultAction.Fail(code)
                    : null
            );

    private static async Task IsToldAsync(Stage stage, string resource, int code)
    {
        Condition? degraded = null;
        await stage.UntilAsync(
            async () =>
                (degraded = (await stage.NodeEniAsync("refused"))?.Status?.Conditions.Find(ConditionTypes.Degraded))
                    is { Status: ConditionStatus.True, Reason: Reasons.KubernetesApiError },
            $"the NodeENI tells that {resource} are refused"
        );
        Assert.Contains($"{resource}", degraded!.Message, StringComparison.Ordinal);
        Assert.Contains($": {code}", degraded.Message, StringComparison.Ordinal);
        var doctor = await CommandRun.With(
            new CommandRunOptions { Time = stage.Time },
            ["doctor", "-o", "json", "--kubeconfig", stage.Cluster.KubeconfigPath]
        );
        Assert.Contains(
            JsonNode.Parse(doctor.Output)!["findings"]!.AsArray(),
            finding => finding!["reason"]?.GetValue<string>() == Reasons.KubernetesApiError
        );
    }

    private static Task UntilWellAsync(Stage stage) =>
        stage.UntilAsync(
            async () => (await stage.NodeEniAsync("refused"))!.Status!.Conditions.Find(ConditionTypes.Degraded)!.Reason != Reasons.KubernetesApiError,
            "nothing is refused any more"
        );

    private static async Task<(HttpStatusCode Code, string Text)> GetAsync(HttpClient http, string path)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(path, UriKind.Relative), Stage.Stop);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Stage.Stop));
        }
        catch (HttpRequestException)
        {
            // Not listening yet.
            return (default, "");
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
