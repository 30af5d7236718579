using System.Diagnostics;
using System.Text.Json.Nodes;
using MultiEni.Cli.Demo;
using MultiEni.Cli.Invocation;
using MultiEni.Simulator.Kubernetes;

namespace MultiEni.Cli.Tests.Demo;

/// <summary>
/// The demo in a cluster of somebody's own: it comes in only where it harms nobody, and leaves
/// nothing behind however it ends.
/// </summary>
public sealed class DemoGuestTests : IDisposable
{
    private static readonly string[] Collections =
    [
        "api/v1/nodes",
        "api/v1/namespaces",
        "api/v1/pods",
        "api/v1/events",
        "apis/coordination.k8s.io/v1/leases",
        "apis/apps/v1/deployments",
        "apis/rbac.authorization.k8s.io/v1/clusterroles",
        "apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
        "apis/apiextensions.k8s.io/v1/customresourcedefinitions",
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("guest-");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Kubeconfig => Path.Combine(_folder.FullName, "kubeconfig");

    [Fact]
    public async Task It_tells_what_it_makes_and_leaves_nothing_behind_in_the_server_of_another_process()
    {
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "kubectl-eni"),
            ["simulate", "kubernetes", "--write-kubeconfig", Kubeconfig]
        )
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var server = Process.Start(start)!;
        try
        {
            var line = (await server.StandardOutput.ReadLineAsync(Ct))!;
            using var http = new HttpClient { BaseAddress = new Uri(line[line.IndexOf("http://", StringComparison.Ordinal)..]) };
            // Somebody's own node, with which nothing may happen.
            using var theirs = new StringContent(
                """{"apiVersion":"v1","kind":"Node","metadata":{"name":"kind-control-plane"},"spec":{"providerID":"kind://docker/kind/kind-control-plane"}}""",
                System.Text.Encoding.UTF8,
                "application/json"
            );
            using var created = await http.PostAsync("api/v1/nodes", theirs, Ct);
            created.EnsureSuccessStatusCode();
            var before = await StateAsync(http);

            var run = await CommandRun.Of("demo", "--kubeconfig", Kubeconfig, "--context", "simulated", "--nodes", "2", "--speed", "50");

            Assert.True(run.Code == 0, run.Output + run.Error);
            Assert.Contains("the nodes multi-eni-demo-node-1, multi-eni-demo-node-2 with the taint multi-eni-demo=true:NoSchedule", run.Output);
            Assert.Contains("multi-eni-demo: cleanup finished", run.Output);
            Assert.Equal(before, await StateAsync(http));
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync(Ct);
        }
    }

    [Fact]
    public async Task Definitions_that_were_there_stay()
    {
        await using var server = await StartAsync();
        await server.InstallCrdsAsync(Ct);
        var before = await StateAsync(server);

        var run = await CommandRun.Of("demo", "--kubeconfig", Kubeconfig, "--nodes", "2", "--speed", "50");

        Assert.True(run.Code == 0, run.Output + run.Error);
        Assert.Equal(before, await StateAsync(server));
    }

    [Fact]
    public async Task One_that_fails_half_way_leaves_nothing_behind()
    {
        await using var server = await StartAsync();
        var before = await StateAsync(server);

        // EC2 takes some minutes for what it has one second for.
        var run = await CommandRun.Of("demo", "--kubeconfig", Kubeconfig, "--nodes", "2", "--speed", "0.01", "--timeout", "1");

        Assert.Equal(1, run.Code);
        Assert.Contains("FAILED: timed out after 1 s waiting until", run.Output);
        Assert.Equal(before, await StateAsync(server));
    }

    [Fact]
    public async Task One_that_is_interrupted_leaves_nothing_behind()
    {
        await using var server = await StartAsync();
        var before = await StateAsync(server);
        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        await using var output = new StringWriter();
        var context = new CliContext
        {
            Output = TextWriter.Synchronized(output),
            Error = TextWriter.Null,
            Input = TextReader.Null,
            Environment = _ => null,
            Time = TimeProvider.System,
        };
        var running = EniProgram.RunAsync(["demo", "--kubeconfig", Kubeconfig, "--nodes", "2", "--speed", "0.01"], context, interrupt.Token);
        using var http = new HttpClient { BaseAddress = server.BaseAddress };
        while (!await IsAppliedAsync(http))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Ct);
        }

        await interrupt.CancelAsync();

        Assert.Equal(ExitCodes.Interrupted, await running);
        Assert.Equal(before, await StateAsync(server));
    }

    public static TheoryData<string, string, string> Refusals =>
        new()
        {
            {
                "nodes",
                """{"metadata":{"name":"ip-10-0-0-1"},"spec":{"providerID":"aws:///us-east-1a/i-1"}}""",
                "its node ip-10-0-0-1 is an EC2 instance"
            },
            {
                "nodeenis.networking.k8s.aws",
                """{"metadata":{"name":"theirs"},"spec":{"nodeSelector":{"a":"b"},"subnetID":"subnet-12345678","securityGroupIDs":["sg-12345678"]}}""",
                "it has nodeenis, such as theirs"
            },
            {
                "deployments.apps",
                """
                    {"metadata":{"name":"eni-controller","namespace":"kube-system"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":
                    {"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}
                    """,
                "the Deployment kube-system/eni-controller exists: the product is installed there"
            },
            {
                "leases.coordination.k8s.io",
                """{"metadata":{"name":"nodeeni-controller-leader-election","namespace":"kube-system"},"spec":{"holderIdentity":"somebody"}}""",
                "the Lease kube-system/nodeeni-controller-leader-election exists: the product is installed there"
            },
            { "namespaces", """{"metadata":{"name":"multi-eni-demo"}}""", "$k delete namespace multi-eni-demo" },
            {
                "nodes",
                """{"metadata":{"name":"multi-eni-demo-node-1","labels":{"multi-eni-demo":"true"}}}""",
                "$k delete nodes -l multi-eni-demo=true"
            },
        };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task Where_it_could_harm_somebody_it_does_not_come_in(string resource, string found, string said)
    {
        await using var server = await StartAsync();
        await server.InstallCrdsAsync(Ct);
        server.Store.Create(resource, JsonNode.Parse(found)!.AsObject());
        var before = await StateAsync(server);

        var run = await CommandRun.Of("demo", "--kubeconfig", Kubeconfig);

        Assert.Equal(1, run.Code);
        Assert.Contains("FAILED: the demo cannot run in the cluster of", run.Output);
        Assert.Contains(said, run.Output);
        Assert.Equal(before, await StateAsync(server));
    }

    [Fact]
    public async Task A_context_needs_a_file()
    {
        var run = await CommandRun.Of("demo", "--context", "kind-kind");

        Assert.Equal(ExitCodes.Usage, run.Code);
        Assert.Contains("--context needs --kubeconfig: it selects a context in that file", run.Error);
    }

    [Fact]
    public void A_document_is_confined_to_the_demos_nodes()
    {
        var pod = DemoGuest.Confine(JsonNode.Parse("""{"kind":"Pod","metadata":{"name":"a"},"spec":{"nodeSelector":{"b":"c"}}}""")!.AsObject());

        Assert.Equal(
            """{"kind":"Pod","metadata":{"name":"multi-eni-demo-a","namespace":"multi-eni-demo"},"spec":{"nodeSelector":{"b":"c","multi-eni-demo":"true"},"schedulerName":"multi-eni-demo","tolerations":[{"key":"multi-eni-demo","operator":"Exists"}]}}""",
            pod.ToJsonString()
        );
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task<bool> IsAppliedAsync(HttpClient http)
    {
        using var response = await http.GetAsync("apis/networking.k8s.aws/v1alpha1/nodeenis", Ct);
        return response.IsSuccessStatusCode && JsonNode.Parse(await response.Content.ReadAsStringAsync(Ct))!["items"]!.AsArray().Count > 0;
    }

    private async Task<KubernetesSimulator> StartAsync()
    {
        var server = await KubernetesSimulator.StartAsync(
            new KubernetesSimulatorOptions { EnforcesAccess = true, InstallsProductResources = false },
            Ct
        );
        server.WriteKubeconfig(Kubeconfig);
        return server;
    }

    private static async Task<string> StateAsync(KubernetesSimulator server)
    {
        using var http = new HttpClient { BaseAddress = server.BaseAddress };
        return await StateAsync(http);
    }

    private static async Task<string> StateAsync(HttpClient http)
    {
        var lines = new List<string>();
        foreach (var collection in Collections)
        {
            var list = JsonNode.Parse(await http.GetStringAsync(collection, Ct))!;
            lines.AddRange(
                list["items"]!.AsArray().Select(found => $"{collection} {found!["metadata"]!["name"]} {found["metadata"]!["resourceVersion"]}")
            );
        }

        return string.Join('\n', lines);
    }
}
