using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Cli.Cluster;
using MultiEni.Cli.Invocation;
using MultiEni.Cli.Map;
using MultiEni.Simulator.Kubernetes;

namespace MultiEni.Cli.Tests.Map;

/// <summary>The map of a cluster that changes, as the page is told of it.</summary>
public sealed class MapSessionTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_changes_in_the_cluster_reaches_the_page()
    {
        await using var cluster = await TestCluster.StartInstalledAsync();
        cluster.NodeEni("packets", 0, 1, 1, TestCluster.Degraded(Reasons.Ec2Error, "EC2 says no"));
        await using var page = await Page.OpenAsync(cluster);

        await page.UntilAsync(items => items.ContainsKey("node/n1") && items.ContainsKey("nodeEni/packets"));
        cluster.Eni("packets", "n1", 1, Reasons.DriverModuleUnavailable, "not loaded");
        await page.UntilAsync(items => items.GetValueOrDefault("eni/packets-n1-1")?["health"]?.GetValue<string>() == "Trouble");
        cluster.Server.Store.Delete("eniattachments.networking.k8s.aws", "packets-n1-1");
        await page.UntilAsync(items => !items.ContainsKey("eni/packets-n1-1"));
    }

    [Fact]
    public async Task Events_of_our_objects_are_on_the_page_and_no_others()
    {
        await using var cluster = await TestCluster.StartInstalledAsync();
        Happen(cluster, "Pod", "v1", "pod-event");
        Happen(cluster, Names.NodeEniKind, Names.ApiVersion, "our-event");
        await using var page = await Page.OpenAsync(cluster);

        await page.UntilAsync(items => items.Keys.Any(key => key.StartsWith("event/", StringComparison.Ordinal)));

        Assert.Equal(
            ["our-event"],
            page.Items.Where(item => item.Key.StartsWith("event/", StringComparison.Ordinal)).Select(item => item.Value["reason"]!.GetValue<string>())
        );
    }

    [Fact]
    public async Task The_story_of_an_ENI_has_its_conditions_and_remedies()
    {
        await using var cluster = await TestCluster.StartInstalledAsync();
        cluster.Eni("packets", "n1", 1, Reasons.DriverModuleUnavailable, "not loaded");
        await using var page = await Page.OpenAsync(cluster);
        await page.UntilAsync(items => items.ContainsKey("eni/packets-n1-1"));

        var story = JsonNode.Parse(await page.GetAsync("story?eni=packets-n1-1"))!;

        Assert.Equal(ConditionTypes.Ready, story["conditions"]![0]!["type"]!.GetValue<string>());
        Assert.NotEmpty(story["explanation"]!["remedies"]!.AsArray());
    }

    [Fact]
    public async Task What_the_user_may_not_read_is_said_and_the_rest_is_drawn()
    {
        await using var cluster = await TestCluster.StartInstalledAsync(new KubernetesSimulatorOptions { EnforcesAccess = true });
        cluster.NodeEni("packets", 1, 1, 1, TestCluster.Ready(1, 1));
        Allow(cluster, "bob", "nodeenis,eniattachments", Names.Group);
        Allow(cluster, "bob", "nodes", "");
        await using var page = await Page.OpenAsync(cluster, user: "bob");

        await page.UntilAsync(items => items.ContainsKey("nodeEni/packets") && items.ContainsKey("note/events") && items.ContainsKey("note/budget"));

        Assert.Contains("you may not list events", page.Items["note/events"]["text"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("EC2's budget is left out", page.Items["note/budget"]["text"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_product_the_command_says_that_it_is_not_installed()
    {
        await using var cluster = await TestCluster.StartAsync(new KubernetesSimulatorOptions { InstallsProductResources = false });

        var run = await cluster.RunAsync("map");

        Assert.Equal(ExitCodes.Unknown, run.Code);
        Assert.Contains("kubectl eni doctor", run.Error);
    }

    [Fact]
    public async Task EC2s_budget_comes_from_the_controllers_metrics()
    {
        await using var cluster = await TestCluster.StartInstalledAsync();
        await using var page = await Page.OpenAsync(
            cluster,
            _ =>
                Task.FromResult(
                    "ec2_requests_total{api=\"CreateNetworkInterface\",code=\"OK\"} 3\nec2_refill_effective{api=\"CreateNetworkInterface\"} 5\n"
                )
        );

        await page.UntilAsync(items => items.ContainsKey("budget/CreateNetworkInterface"));

        Assert.Equal(5, page.Items["budget/CreateNetworkInterface"]["granted"]!.GetValue<double>());
    }

    [Fact]
    public async Task Metrics_that_do_not_come_are_said_to_be_missing_and_asked_for_again()
    {
        var asked = 0;
        await using var cluster = await TestCluster.StartInstalledAsync();
        await using var page = await Page.OpenAsync(
            cluster,
            _ => asked++ == 0 ? throw new TaskCanceledException("no answer within 5 s") : Task.FromResult("ec2_refill_effective{api=\"X\"} 5\n")
        );

        await page.UntilAsync(items => items.GetValueOrDefault("note/budget")?["text"]?.GetValue<string>().Contains("no answer within 5 s") == true);
        await page.UntilAsync(items => items.ContainsKey("budget/X") && !items.ContainsKey("note/budget"));
    }

    [Fact]
    public async Task A_part_that_fails_ends_the_command_with_an_error_in_words()
    {
        await using var cluster = await TestCluster.StartInstalledAsync();

        var run = await cluster
            .RunAsync(new CommandRunOptions { Time = new ClockWithoutFiveSeconds() }, "map")
            .WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System, Ct);

        Assert.Equal(ExitCodes.Unknown, run.Code);
        Assert.StartsWith("error: The map cannot follow the cluster any longer: no timer of five seconds", run.Error);
        Assert.Contains("remedy: This is a bug in kubectl eni: report it", run.Error);
    }

    [Fact]
    public async Task A_part_that_fails_ends_the_page()
    {
        await using var cluster = await TestCluster.StartInstalledAsync();
        await using var page = await Page.OpenAsync(
            cluster,
            token => new TaskCompletionSource<string>().Task.WaitAsync(token),
            time: new ClockWithoutFiveSeconds()
        );

        await Assert.ThrowsAnyAsync<IOException>(() => page.UntilAsync(_ => false));
    }

    private static void Happen(TestCluster cluster, string kind, string version, string reason) =>
        cluster.Server.Store.Create(
            "events",
            new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = $"{reason}.1", ["namespace"] = "default" },
                ["involvedObject"] = new JsonObject
                {
                    ["kind"] = kind,
                    ["apiVersion"] = version,
                    ["name"] = "packets",
                },
                ["type"] = "Normal",
                ["reason"] = reason,
                ["message"] = "message",
                ["lastTimestamp"] = "2026-01-02T03:04:05Z",
            }
        );

    private static void Allow(TestCluster cluster, string user, string resources, string group)
    {
        var name = $"{user}-{resources.Replace(',', '-')}";
        cluster.Server.Store.Create(
            "clusterroles.rbac.authorization.k8s.io",
            new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = name },
                ["rules"] = new JsonArray(
                    new JsonObject
                    {
                        ["apiGroups"] = new JsonArray(group),
                        ["resources"] = new JsonArray([.. resources.Split(',').Select(resource => (JsonNode)resource)]),
                        ["verbs"] = new JsonArray("get", "list", "watch"),
                    }
                ),
            }
        );
        cluster.Server.Store.Create(
            "clusterrolebindings.rbac.authorization.k8s.io",
            new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = name },
                ["roleRef"] = new JsonObject
                {
                    ["apiGroup"] = "rbac.authorization.k8s.io",
                    ["kind"] = "ClusterRole",
                    ["name"] = name,
                },
                ["subjects"] = new JsonArray(
                    new JsonObject
                    {
                        ["apiGroup"] = "rbac.authorization.k8s.io",
                        ["kind"] = "User",
                        ["name"] = user,
                    }
                ),
            }
        );
    }

    /// <summary>Breaks the parts of the map that look again and again, and leaves those that follow alone.</summary>
    private sealed class ClockWithoutFiveSeconds : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            dueTime == TimeSpan.FromSeconds(5)
                ? throw new InvalidOperationException("no timer of five seconds")
                : base.CreateTimer(callback, state, dueTime, period);
    }

    /// <summary>The page's side of the stream.</summary>
    private sealed class Page : IAsyncDisposable
    {
        private readonly ClusterConnection _connection;
        private readonly MapSession _session;
        private readonly HttpClient _http = new();
        private readonly StreamReader _stream;

        private Page(ClusterConnection connection, MapSession session, StreamReader stream)
        {
            _connection = connection;
            _session = session;
            _stream = stream;
        }

        public Dictionary<string, JsonNode> Items { get; } = [];

        public static async Task<Page> OpenAsync(
            TestCluster cluster,
            Func<CancellationToken, Task<string>>? metrics = null,
            string? user = null,
            TimeProvider? time = null
        )
        {
            var kubeconfig = cluster.Kubeconfig;
            if (user is not null)
            {
                kubeconfig = $"{cluster.Kubeconfig}-{user}";
                await File.WriteAllTextAsync(
                    kubeconfig,
                    $$"""
                    {"apiVersion":"v1","kind":"Config","current-context":"c","clusters":[{"name":"c","cluster":{"server":"{{cluster.Server.BaseAddress}}"} }],
                     "users":[{"name":"u","user":{"as":"{{user}}"} }],"contexts":[{"name":"c","context":{"cluster":"c","user":"u"} }] }
                    """,
                    Ct
                );
            }

            var connection = ClusterConnection.Open(kubeconfig, null, Names.Namespace, CliContext.OfProcess());
            var session = await MapSession.StartAsync(connection, metrics, 0, time ?? TimeProvider.System, Ct);
            var http = new HttpClient();
            return new Page(connection, session, new StreamReader(await http.GetStreamAsync(new Uri(session.Address, "stream"), Ct)));
        }

        public Task<string> GetAsync(string path) => _http.GetStringAsync(new Uri(_session.Address, path), Ct);

        /// <summary>Reads on until the items are as expected.</summary>
        public async Task UntilAsync(Func<Dictionary<string, JsonNode>, bool> expected)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
            limit.CancelAfter(TimeSpan.FromMinutes(1));
            while (!expected(Items))
            {
                var line = await _stream.ReadLineAsync(limit.Token) ?? throw new EndOfStreamException();
                if (line.StartsWith("data: ", StringComparison.Ordinal))
                {
                    Take(JsonNode.Parse(line["data: ".Length..])!);
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            _stream.Dispose();
            _http.Dispose();
            await _session.DisposeAsync();
            _connection.Dispose();
        }

        private void Take(JsonNode message)
        {
            foreach (var item in message["set"]!.AsArray())
            {
                Items[$"{item!["kind"]}/{item["id"]}"] = item;
            }

            foreach (var key in message["gone"]!.AsArray())
            {
                Items.Remove(key!.GetValue<string>());
            }
        }
    }
}
