using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes;

namespace MultiEni.Simulator.Tests.Kubernetes;

/// <summary>What users type, with the program that they type it to.</summary>
[Collection("kubectl")]
public sealed class KubectlTests : ServerFixture
{
    private const string Manifest = """
        apiVersion: networking.k8s.aws/v1alpha1
        kind: NodeENI
        metadata:
          name: data
        spec:
          nodeSelector: {role: dpdk}
          subnetID: subnet-0123456789abcdef0
          securityGroupIDs: [sg-0123456789abcdef0]
          mtu: 1500
        """;

    private Kubectl? _kubectl;

    protected override KubernetesSimulatorOptions Options => new();

    private Kubectl Command => _kubectl ??= new Kubectl(Server);

    [Fact]
    public async Task A_manifest_is_applied_shown_explained_changed_and_deleted()
    {
        Assert.Equal("nodeeni.networking.k8s.aws/data created\n", await Command.RunAsync("apply -f -", Manifest));
        Assert.Equal("nodeeni.networking.k8s.aws/data unchanged\n", await Command.RunAsync("apply -f -", Manifest));
        Assert.Equal(
            "nodeeni.networking.k8s.aws/data configured\n",
            await Command.RunAsync("apply -f -", Manifest.Replace("1500", "9001", StringComparison.Ordinal))
        );
        Assert.Equal("9001", await Command.RunAsync("get neni data -o jsonpath={.spec.mtu}"));
        Assert.Equal("true", await Command.RunAsync("get neni data -o jsonpath={.spec.deleteOnTermination}"));
        Assert.StartsWith("NAME   NODES", await Command.RunAsync("get nodeenis"), StringComparison.Ordinal);
        Assert.Contains("Mtu:", await Command.RunAsync("describe nodeeni data"), StringComparison.Ordinal);
        Assert.Equal("nodeeni.networking.k8s.aws/data labeled\n", await Command.RunAsync("label neni data a=b"));
        Assert.Equal("nodeeni.networking.k8s.aws/data annotated\n", await Command.RunAsync("annotate neni data a=b"));
        Assert.Equal(
            "nodeeni.networking.k8s.aws/data patched\n",
            await Command.RunAsync("patch neni data --type merge -p {\"spec\":{\"mtu\":1500}}".Replace("\"", "\\\"", StringComparison.Ordinal))
        );
        Assert.Equal("nodeeni.networking.k8s.aws/data edited\n", await Command.RunAsync("edit neni data"));
        Assert.Equal("9001", await Command.RunAsync("get neni -l a=b -o jsonpath={.items[*].spec.mtu}"));
        Assert.Contains("deleted", await Command.RunAsync("delete -f -", Manifest), StringComparison.Ordinal);
        Assert.Contains("(NotFound)", await Command.FailAsync("get neni data"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fields_are_explained_from_the_definition()
    {
        var explanation = await Command.RunAsync("explain nodeeni.spec");

        Assert.Contains("GROUP:      networking.k8s.aws", explanation, StringComparison.Ordinal);
        Assert.Contains("nodeSelector\t<map[string]string> -required-", explanation, StringComparison.Ordinal);
        Assert.Contains("deviceIndex", explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_served_is_listed()
    {
        var resources = await Command.RunAsync("api-resources");

        Assert.Matches(@"nodeenis +neni +networking\.k8s\.aws/v1alpha1 +false +NodeENI", resources);
        Assert.Matches(@"eniattachments +enia +networking\.k8s\.aws/v1alpha1 +false +ENIAttachment", resources);
        Assert.Matches(@"pods +po +v1 +true +Pod", resources);
        Assert.Contains("Server Version: v1.36.0", await Command.RunAsync("version"), StringComparison.Ordinal);
        Assert.Contains("networking.k8s.aws/v1alpha1", await Command.RunAsync("api-versions"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_field_is_refused_before_anything_is_stored()
    {
        var refused = await Command.FailAsync("apply -f -", Manifest + "\n  dpdkEnabled: true");

        Assert.Contains("unknown field \"spec.dpdkEnabled\"", refused, StringComparison.Ordinal);
        Assert.Equal(0, Server.Store.Count("nodeenis.networking.k8s.aws"));
    }

    [Fact]
    public async Task An_unknown_field_is_a_warning_when_validation_only_warns()
    {
        var (code, _, error) = await Command.TryAsync("apply --validate=warn -f -", Manifest + "\n  dpdkEnabled: true");

        Assert.Equal(0, code);
        Assert.Contains("Warning: unknown field \"spec.dpdkEnabled\"", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_invalid_value_is_refused_with_its_path()
    {
        var refused = await Command.FailAsync("apply -f -", Manifest.Replace("1500", "70000", StringComparison.Ordinal));

        Assert.StartsWith("The NodeENI \"data\" is invalid: spec.mtu: Invalid value: ", refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_side_apply_keeps_owners_apart()
    {
        await Command.RunAsync("apply --server-side --field-manager one -f -", Manifest);

        var refused = await Command.FailAsync(
            "apply --server-side --field-manager two -f -",
            Manifest.Replace("1500", "9001", StringComparison.Ordinal)
        );
        await Command.RunAsync(
            "apply --server-side --field-manager two --force-conflicts -f -",
            Manifest.Replace("1500", "9001", StringComparison.Ordinal)
        );

        Assert.Contains("conflict with \"one\": .spec.mtu", refused, StringComparison.Ordinal);
        Assert.Equal("9001", await Command.RunAsync("get neni data -o jsonpath={.spec.mtu}"));
        Assert.Contains("two", await Command.RunAsync("get neni data --show-managed-fields -o yaml"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nodes_show_their_state_and_their_events()
    {
        Server.Store.Create("nodes", Node("n1"));
        Server.Store.Create("events", Happening("n1.1", "Node", "n1", "ENIAttached", "attached eni-1"));

        Assert.Matches(@"n1 +Ready +worker +\d+s +v1\.35\.0 *\n", await Command.RunAsync("get nodes"));
        Assert.Contains("10.0.0.1", await Command.RunAsync("get nodes -o wide"), StringComparison.Ordinal);
        var description = await Command.RunAsync("describe node n1");
        Assert.Contains("node.kubernetes.io/not-ready:NoSchedule", description, StringComparison.Ordinal);
        Assert.Contains("attached eni-1", description, StringComparison.Ordinal);
        Assert.Matches(@"Normal +ENIAttached +node/n1 +attached eni-1", await Command.RunAsync("get events"));
        Assert.Equal("node/n1 cordoned\n", await Command.RunAsync("cordon n1"));
        Assert.Matches("n1 +Ready,SchedulingDisabled", await Command.RunAsync("get nodes"));
        Assert.Equal("node/n1 untainted\n", await Command.RunAsync("taint node n1 node.kubernetes.io/not-ready:NoSchedule-"));
    }

    [Fact]
    public async Task Waiting_ends_when_the_condition_is_there_and_when_the_object_is_gone()
    {
        await Command.RunAsync("apply -f -", Manifest);
        var ready = Command.RunAsync("wait --for=condition=Ready --timeout=60s neni/data");
        Server.Store.MergePatch(
            "nodeenis.networking.k8s.aws",
            "data",
            JsonNode
                .Parse(
                    """{"status":{"conditions":[{"type":"Ready","status":"True","reason":"AllReady","message":"","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}"""
                )!
                .AsObject(),
            new() { Subresource = "status" }
        );

        Assert.Equal("nodeeni.networking.k8s.aws/data condition met\n", await ready);
        var gone = Command.RunAsync("wait --for=delete --timeout=60s neni/data");
        Server.Store.Delete("nodeenis.networking.k8s.aws", "data");
        await gone;
    }

    [Fact]
    public async Task Watching_shows_rows_as_they_change()
    {
        using var process = await Command.StartAsync("get nodes --watch");
        try
        {
            Server.Store.Create("nodes", Node("n1"));
            var heading = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            var row = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);

            Assert.StartsWith("NAME", heading, StringComparison.Ordinal);
            Assert.StartsWith("n1     Ready", row, StringComparison.Ordinal);
        }
        finally
        {
            process.Kill();
        }
    }

    [Fact]
    public async Task Namespaces_and_their_content_are_created_and_deleted()
    {
        await Command.RunAsync("create namespace team");
        await Command.RunAsync("create configmap settings -n team --from-literal=a=b");
        await Command.RunAsync("create secret generic token -n team --from-literal=a=b");
        Assert.Matches("team +Active", await Command.RunAsync("get namespaces"));
        Assert.Contains("settings", await Command.RunAsync("describe configmap settings -n team"), StringComparison.Ordinal);

        await Command.RunAsync("delete namespace team");

        Assert.Contains("(NotFound)", await Command.FailAsync("get namespace team"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_built_in_object_is_applied_and_pruned_field_by_field()
    {
        const string map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {a: '1', b: '2'}\n";
        await Command.RunAsync("apply -f -", map);

        await Command.RunAsync("apply -f -", map.Replace(", b: '2'", "", StringComparison.Ordinal));

        Assert.Equal("{\"a\":\"1\"}", await Command.RunAsync("get configmap m -o jsonpath={.data}"));
    }

    [Fact]
    public async Task Logs_say_why_there_are_none()
    {
        await Command.RunAsync("run p --image=x");

        Assert.Contains("simulated API server", await Command.FailAsync("logs p"), StringComparison.Ordinal);
        Assert.Equal("yes\n", await Command.RunAsync("auth can-i create nodeenis"));
    }

    [Fact]
    public async Task Many_objects_come_in_pages()
    {
        for (var index = 0; index < 1200; index++)
        {
            Server.Store.Create("configmaps", new JsonObject { ["metadata"] = new JsonObject { ["name"] = $"c{index:D4}" } });
        }

        Assert.Equal(1200, (await Command.RunAsync("get configmaps -o name")).Count(static c => c == '\n'));
        Assert.Equal(3, Server.Faults.Count().Of("list", "configmaps"));
    }

    private static JsonObject Node(string name) =>
        JsonNode
            .Parse(
                $$$"""
                {"metadata":{"name":"{{{name}}}","labels":{"node-role.kubernetes.io/worker":""}},
                 "status":{"conditions":[{"type":"Ready","status":"True","reason":"KubeletReady"}],
                  "addresses":[{"type":"InternalIP","address":"10.0.0.1"}],"nodeInfo":{"kubeletVersion":"v1.35.0"} } }
                """
            )!
            .AsObject();

    private static JsonObject Happening(string name, string kind, string about, string reason, string message) =>
        JsonNode
            .Parse(
                $$$"""
                {"metadata":{"name":"{{{name}}}","namespace":"default"},"type":"Normal","reason":"{{{reason}}}","message":"{{{message}}}","count":1,
                 "lastTimestamp":"2026-01-01T00:00:00Z","firstTimestamp":"2026-01-01T00:00:00Z","source":{"component":"eni-controller"},
                 "involvedObject":{"kind":"{{{kind}}}","name":"{{{about}}}","uid":"{{{about}}}"}}
                """
            )!
            .AsObject();
}
