using System.Net;
using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes;
using MultiEni.Simulator.Kubernetes.Access;
using MultiEni.Simulator.Tests.Kubernetes;

namespace MultiEni.Chart.Tests;

/// <summary>
/// The chart's roles and admission policies, installed: what people and agents may do and what is
/// refused.
/// </summary>
[Trait("speed", "slow")]
public sealed class PolicyTests
{
    private const string Home = "eni-controller-system";
    private const string Node = "node-a";
    private const string OtherNode = "node-b";
    private const string Api = "/apis/networking.k8s.aws/v1alpha1";
    private const string Own = $"{Api}/eniattachments/own";
    private const string Other = $"{Api}/eniattachments/other";
    private const string Events = "/api/v1/namespaces/default/events";
    private const string PluginPods = "/api/v1/namespaces/kube-system/pods";
    private const string Slices = "/apis/resource.k8s.io/v1/resourceslices";
    private const string Claims = "/apis/resource.k8s.io/v1/namespaces/default/resourceclaims";
    private const string Driver = "eni.networking.k8s.aws";
    private const string OwnSlice = $"{Node}-{Driver}";
    private const string OtherSlice = $"{OtherNode}-{Driver}";
    private const string Finalizers = """["networking.k8s.aws/eni","networking.k8s.aws/device"]""";

    private const string NodeEni = """
        apiVersion: networking.k8s.aws/v1alpha1
        kind: NodeENI
        metadata:
          name: data
        spec:
          nodeSelector: {ng: multi-eni}
          subnetID: subnet-12345678
          securityGroupIDs: [sg-12345678]
          mtu: 1500
        """;

    /// <summary>
    /// An exempt group that YAML, CEL and Go templates would each read as something else.
    /// </summary>
    private const string Awkward = """we "are" \ here's {{ .x }} <b>: # é""";

    [Fact]
    public async Task An_ordinary_user_changes_a_NodeENI_with_every_command_of_kubectl()
    {
        await using var server = await InstallAsync();
        using var controller = Controller(server);
        using var ann = new Kubectl(server, Editor(server, "ann"));
        await ann.RunAsync("apply -f -", NodeEni);
        (await controller.MergePatchAsync($"{Api}/nodeenis/data", """{"metadata":{"finalizers":["nodeeni.networking.k8s.aws/finalizer"]}}""")).Expect(
            HttpStatusCode.OK
        );
        (await controller.MergePatchAsync($"{Api}/nodeenis/data/status", """{"status":{"readyENIs":1}}""")).Expect(HttpStatusCode.OK);

        await ann.RunAsync("label nodeeni data team=y");
        await ann.RunAsync("annotate nodeeni data note=z");
        Assert.Contains("edited", await ann.RunAsync("edit nodeeni data"), StringComparison.Ordinal);
        Assert.Equal("9001", await ann.RunAsync("get nodeeni data -o jsonpath={.spec.mtu}"));
        await ann.RunAsync($"patch nodeeni data --type merge -p {Quoted("""{"spec":{"mtu":8000}}""")}");
        await ann.RunAsync($"patch nodeeni data --type json -p {Quoted("""[{"op":"replace","path":"/spec/mtu","value":8001}]""")}");
        Assert.Equal("8001", await ann.RunAsync("get nodeeni data -o jsonpath={.spec.mtu}"));
        await ann.RunAsync("apply -f -", NodeEni.Replace("1500", "1501", StringComparison.Ordinal));
        await ann.RunAsync("apply --server-side --force-conflicts -f -", NodeEni.Replace("1500", "1502", StringComparison.Ordinal));
        await ann.RunAsync("label nodeeni data team-");
        Assert.Equal("1502/1", await ann.RunAsync("get nodeeni data -o jsonpath={.spec.mtu}/{.status.readyENIs}"));

        Assert.Contains(
            "would leave the ENIs of this NodeENI in EC2",
            await ann.FailAsync($"patch nodeeni data --type merge -p {Quoted("""{"metadata":{"finalizers":null}}""")}"),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "change its spec instead",
            await ann.FailAsync($"patch nodeeni data --subresource status --type merge -p {Quoted("""{"status":{"readyENIs":9}}""")}"),
            StringComparison.Ordinal
        );
        await ann.RunAsync("delete nodeeni data --wait=false");
    }

    /// <summary>What an agent writes in its work.</summary>
    public static TheoryData<string, string, string> Work =>
        new()
        {
            { "PATCH", Own, """{"metadata":{"finalizers":["networking.k8s.aws/eni"]}}""" },
            { "PATCH", Own, $$$"""{"metadata":{"finalizers":{{{Finalizers}}}}}""" },
            { "PATCH", $"{Own}/status", """{"status":{"device":{"driver":"ena"}}}""" },
            { "DELETE", $"{PluginPods}/plugin-own", "" },
        };

    [Theory]
    [MemberData(nameof(Work))]
    public async Task An_agent_may_do_its_work(string method, string path, string body)
    {
        await using var server = await InstallAsync();
        using var agent = await AgentAsync(server);

        Assert.InRange((int)(await SendAsync(agent, method, path, body)).Code, 200, 299);
    }

    /// <summary>What whoever has an agent's token could try.</summary>
    public static TheoryData<string, string, string, string> Attacks =>
        new()
        {
            { "PATCH", $"{Other}/status", """{"status":{"device":{"driver":"ena"}}}""", "may not write to objects of node node-b" },
            { "PATCH", Other, """{"metadata":{"finalizers":null}}""", "may not write to objects of node node-b" },
            { "PATCH", Own, """{"spec":{"mtu":9001}}""", "and not the specification" },
            { "PATCH", Own, """{"metadata":{"labels":{"a":"b"}}}""", "not labels, annotations or owner references" },
            { "PATCH", Own, """{"metadata":{"labels":null}}""", "not labels, annotations or owner references" },
            { "PATCH", Own, """{"metadata":{"annotations":{"a":"b"}}}""", "not labels, annotations or owner references" },
            { "PATCH", Own, """{"metadata":{"ownerReferences":null}}""", "not labels, annotations or owner references" },
            { "PATCH", Own, """{"metadata":{"finalizers":["networking.k8s.aws/device"]}}""", "the finalizer networking.k8s.aws/device alone" },
            { "PATCH", Own, """{"metadata":{"finalizers":null}}""", "the finalizer networking.k8s.aws/device alone" },
            {
                "PATCH",
                Own,
                """{"metadata":{"finalizers":["networking.k8s.aws/eni","networking.k8s.aws/device","example.com/mine"]}}""",
                "the finalizer networking.k8s.aws/device alone"
            },
            { "PATCH", $"{Own}/status", """{"status":{"network":{"eniID":"eni-2"}}}""", "status.network is written by eni-controller" },
            { "PATCH", $"{Own}/status", """{"status":{"network":null}}""", "status.network is written by eni-controller" },
            { "PATCH", $"{Own}/status", """{"status":{"conditions":null}}""", "Attached, Ready and PodAddresses are written by eni-controller" },
            {
                "PATCH",
                $"{Own}/status",
                $$$"""{"status":{"conditions":[{{{Ready("True")}}}]}}""",
                "Attached, Ready and PodAddresses are written by eni-controller"
            },
            {
                "PATCH",
                $"{Own}/status",
                $$$"""{"status":{"conditions":[{{{Ready("False")}}},{{{Ready("True", "PodAddresses")}}}]}}""",
                "Attached, Ready and PodAddresses are written by eni-controller"
            },
            { "POST", $"{Api}/eniattachments", Attachment("new", Node, "u-1"), "cannot create resource \"eniattachments\"" },
            { "DELETE", Own, "", "cannot delete resource \"eniattachments\"" },
            { "PATCH", $"{Api}/nodeenis/data", """{"spec":{"mtu":9001}}""", "cannot patch resource \"nodeenis\"" },
            { "POST", Events, Event("new"), "cannot create resource \"events\"" },
            { "PATCH", $"{Events}/controllers", """{"message":"all is well"}""", "cannot patch resource \"events\"" },
            { "DELETE", $"{PluginPods}/dns-own", "", "pods of the SR-IOV device plugin alone" },
            { "DELETE", $"{PluginPods}/bare-own", "", "pods of the SR-IOV device plugin alone" },
            { "DELETE", $"{PluginPods}/plugin-other", "", "may not delete pods of node node-b" },
            { "DELETE", PluginPods, "", "cannot deletecollection" },
            { "DELETE", $"/api/v1/namespaces/{Home}/pods/x", "", "cannot delete resource \"pods\"" },
        };

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task An_agents_token_is_good_for_nothing_else(string method, string path, string body, string because)
    {
        await using var server = await InstallAsync();
        using var agent = await AgentAsync(server);

        Assert.Contains(because, (await SendAsync(agent, method, path, body)).Expect(HttpStatusCode.Forbidden).Message, StringComparison.Ordinal);
    }

    /// <summary>
    /// One address has one text: in another one it would pass for an address that no pod has.
    /// </summary>
    [Theory]
    [InlineData("10.20.1.50", true)]
    [InlineData("fd00::5", true)]
    [InlineData("fd00:1:2:3:4:5:6:7", true)]
    [InlineData("64:ff9b::10.20.1.50", true)]
    [InlineData("0xa.20.1.50", false)]
    [InlineData("10.024.1.50", false)]
    [InlineData("10.20.306", false)]
    [InlineData("10.20.1.256", false)]
    [InlineData("FD00::5", false)]
    [InlineData("fd00::5%1", false)]
    [InlineData("fd00::5/64", false)]
    [InlineData("", false)]
    public async Task An_agent_writes_addresses_in_the_form_of_EC2(string address, bool isTaken)
    {
        await using var server = await InstallAsync();
        using var agent = await AgentAsync(server);
        foreach (var list in new[] { "used", "requested" })
        {
            var body = $$$"""{"status":{"device":{"addresses":{"free":0,"{{{list}}}":[{"address":"{{{address}}}","pod":"a/b"}]} } } }""";
            (await agent.MergePatchAsync($"{Own}/status", body)).Expect(isTaken ? HttpStatusCode.OK : HttpStatusCode.UnprocessableEntity);
        }
    }

    /// <summary>Should the roles be widened by somebody, the policies still hold.</summary>
    [Theory]
    [InlineData("POST", $"{Api}/eniattachments", "neither creates nor deletes ENIAttachments")]
    [InlineData("DELETE", Own, "neither creates nor deletes ENIAttachments")]
    [InlineData("DELETE", PluginPods, "may not delete pods of node node-b")]
    public async Task An_agent_with_every_right_is_held_by_the_policies(string method, string path, string because)
    {
        await using var server = await InstallAsync();
        using var agent = await AgentAsync(server, UserInfo.Masters);

        var answer = await SendAsync(agent, method, path, method == "POST" ? Attachment("new", Node, "u-1") : "");

        Assert.Contains(because, answer.Expect(HttpStatusCode.Forbidden).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OwnSlice, Node, Driver, Node, null)]
    [InlineData(OwnSlice, OtherNode, Driver, Node, "may not write ResourceSlices of node node-b")]
    [InlineData(OwnSlice, Node, "gpu.example.com", Node, "of the driver eni.networking.k8s.aws alone")]
    public async Task An_agent_publishes_the_devices_of_its_own_node_and_driver(string name, string node, string driver, string pool, string? because)
    {
        await using var server = await InstallAsync(Dra);
        using var agent = await AgentAsync(server);
        using var administrator = new ApiClient(server);

        var answer = await agent.PostAsync(Slices, Slice(name, node, driver, pool));

        if (because is null)
        {
            answer.Expect(HttpStatusCode.Created);
            (await agent.DeleteAsync($"{Slices}/{name}")).Expect(HttpStatusCode.OK);
            return;
        }

        Assert.Contains(because, answer.Expect(HttpStatusCode.Forbidden).Message, StringComparison.Ordinal);
        (await administrator.PostAsync(Slices, Slice(name, node, driver, pool))).Expect(HttpStatusCode.Created);
        Assert.Contains(because, (await agent.DeleteAsync($"{Slices}/{name}")).Expect(HttpStatusCode.Forbidden).Message, StringComparison.Ordinal);
    }

    /// <summary>
    /// Schedulers know devices by driver and pool, and the name of a slice can be taken once.
    /// </summary>
    [Theory]
    [InlineData(OwnSlice, OtherNode, "may not write ResourceSlices of pool node-b")]
    [InlineData(OtherSlice, Node, "may not write ResourceSlices of the name node-b-eni.networking.k8s.aws")]
    [InlineData("s", Node, "may not write ResourceSlices of the name s")]
    public async Task An_agent_takes_neither_the_pool_nor_the_name_of_another_nodes_slice_and_may_delete_what_does(
        string name,
        string pool,
        string because
    )
    {
        await using var server = await InstallAsync(Dra);
        using var agent = await AgentAsync(server);
        using var administrator = new ApiClient(server);

        var answer = await agent.PostAsync(Slices, Slice(name, Node, Driver, pool));

        Assert.Contains(because, answer.Expect(HttpStatusCode.Forbidden).Message, StringComparison.Ordinal);
        (await administrator.PostAsync(Slices, Slice(name, Node, Driver, pool))).Expect(HttpStatusCode.Created);
        var changed = await agent.MergePatchAsync($"{Slices}/{name}", """{"spec":{"pool":{"generation":2}}}""");
        Assert.Contains(because, changed.Expect(HttpStatusCode.Forbidden).Message, StringComparison.Ordinal);
        (await agent.DeleteAsync($"{Slices}/{name}")).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_nodes_name_that_is_too_long_for_the_slices_has_a_hash_in_its_place()
    {
        var longest = string.Join('.', Enumerable.Repeat(new string('n', 60), 4));
        await using var server = await InstallAsync(Dra);
        using var agent = new ApiClient(server, token: server.Access.IssueToken(Home, "eni-manager", longest));

        (await agent.PostAsync(Slices, Slice(OtherSlice, longest, Driver, longest))).Expect(HttpStatusCode.Forbidden);
        (await agent.PostAsync(Slices, Slice($"0123456789abcdef0123456789abcdef-{Driver}", longest, Driver, longest))).Expect(HttpStatusCode.Created);
    }

    [Fact]
    public async Task An_agent_says_how_a_claims_devices_of_its_node_are_reached()
    {
        await using var server = await InstallAsync(Dra);
        using var agent = await AgentAsync(server, UserInfo.Masters);
        var status = await ClaimAsync(server);

        var answer = await agent.MergePatchAsync(
            status,
            $$$"""{"status":{"devices":[{{{ClaimDevice(Driver, OtherNode, "d1")}}},{{{ClaimDevice("gpu.example.com", Node, "g0")}}},{{{ClaimDevice(Driver, Node, "d0")}}}]}}"""
        );

        answer.Expect(HttpStatusCode.OK);
        (
            await agent.MergePatchAsync(
                status,
                $$$"""{"status":{"devices":[{{{ClaimDevice(Driver, OtherNode, "d1")}}},{{{ClaimDevice("gpu.example.com", Node, "g0")}}}]}}"""
            )
        ).Expect(HttpStatusCode.OK);
    }

    /// <summary>
    /// On servers before Kubernetes 1.36 the right to write a claim's status is one for all of it.
    /// </summary>
    public static TheoryData<string, string> ClaimAttacks =>
        new()
        {
            { """{"status":{"reservedFor":[]}}""", "neither the allocation of a ResourceClaim nor whom it is reserved for" },
            { """{"status":{"reservedFor":null}}""", "neither the allocation of a ResourceClaim nor whom it is reserved for" },
            { """{"status":{"allocation":null,"reservedFor":null,"devices":null}}""", "neither the allocation of a ResourceClaim nor" },
            { """{"status":{"devices":null}}""", "that are of the driver eni.networking.k8s.aws and of the pool node-a" },
            { $$$"""{"status":{"devices":[{{{ClaimDevice(Driver, OtherNode, "d1")}}}]}}""", "and of the pool node-a" },
            { $$$"""{"status":{"devices":[{{{ClaimDevice("gpu.example.com", Node, "g0")}}}]}}""", "and of the pool node-a" },
            {
                $$$"""{"status":{"devices":[{{{ClaimDevice(Driver, OtherNode, "d1", "02:00:00:00:00:01")}}},{{{ClaimDevice("gpu.example.com", Node, "g0")}}}]}}""",
                "and of the pool node-a"
            },
        };

    [Theory]
    [MemberData(nameof(ClaimAttacks))]
    public async Task An_agent_changes_nothing_else_of_a_claim(string patch, string because)
    {
        await using var server = await InstallAsync(Dra);
        using var agent = await AgentAsync(server, UserInfo.Masters);
        var status = await ClaimAsync(server);

        Assert.Contains(because, (await agent.MergePatchAsync(status, patch)).Expect(HttpStatusCode.Forbidden).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_neither_deletes_nor_changes_claims()
    {
        const string because = "may change the status of a ResourceClaim alone";
        await using var server = await InstallAsync(Dra);
        using var agent = await AgentAsync(server, UserInfo.Masters);
        var claim = (await ClaimAsync(server)).Replace("/status", "", StringComparison.Ordinal);

        var labelled = await agent.MergePatchAsync(claim, """{"metadata":{"labels":{"a":"b"}}}""");
        Assert.Contains(because, labelled.Expect(HttpStatusCode.Forbidden).Message, StringComparison.Ordinal);
        Assert.Contains(because, (await agent.DeleteAsync(claim)).Expect(HttpStatusCode.Forbidden).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_names_no_node_writes_nothing()
    {
        await using var server = await InstallAsync();
        using var agent = await AgentAsync(server);
        using var nodeless = new ApiClient(server, token: server.Access.IssueToken(Home, "eni-manager", node: null));

        foreach (var row in Work)
        {
            var (method, path, body) = row.Data;
            var refused = (await SendAsync(nodeless, method, path, body)).Expect(HttpStatusCode.Forbidden);
            Assert.Contains("does not say on which node it runs", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Exempt_groups_and_users_may_have_any_name_and_nobody_else_gets_through()
    {
        var list = new JsonArray(Awkward, "staff").ToJsonString();
        await using var server = await InstallAsync($"admissionPolicy.exemptGroups={list}", $"admissionPolicy.exemptUsers={list}");
        using var controller = Controller(server);
        (await controller.PostAsync($"{Api}/eniattachments", Attachment("own", Node, "u-1"))).Expect(HttpStatusCode.Created);
        HttpStatusCode[] expected = [HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden];
        UserInfo[] users =
        [
            new("ann", [UserInfo.Masters, Awkward]),
            new("ann", [UserInfo.Masters, "staff"]),
            new(Awkward, [UserInfo.Masters]),
            new("ann", [UserInfo.Masters, "here"]),
            new("ann", [UserInfo.Masters]),
        ];

        foreach (var (user, code) in users.Zip(expected))
        {
            using var client = new ApiClient(server, token: server.Access.IssueToken(user));
            (await client.MergePatchAsync(Own, """{"metadata":{"labels":{"a":"b"}}}""")).Expect(code);
        }
    }

    [Fact]
    public async Task Every_policy_is_about_one_kind_and_is_bound()
    {
        var rendered = await Standard.Value;

        foreach (var policy in rendered.OfKind("ValidatingAdmissionPolicy"))
        {
            var name = policy["metadata"]!["name"]!.GetValue<string>();
            var resources = policy["spec"]!["matchConstraints"]!["resourceRules"]!
                .AsArray()
                .SelectMany(rule => rule!["resources"]!.AsArray())
                .Select(resource => resource!.GetValue<string>().Split('/')[0])
                .Distinct(StringComparer.Ordinal);
            Assert.True(resources.Count() == 1, $"{name} is about {string.Join(", ", resources)}");
            Assert.Equal(name, rendered.Get("ValidatingAdmissionPolicyBinding", name)["spec"]!["policyName"]!.GetValue<string>());
        }
    }

    private static readonly string[] Dra = ["eniManager.devicePublisher=\"dra\"", "--kube-version=1.34.0"];

    private static Lazy<Task<Rendered>> Standard { get; } = new(() => Helm.V4.TemplateAsync());

    private static async Task<KubernetesSimulator> InstallAsync(params string[] values)
    {
        var server = await KubernetesSimulator.StartAsync(
            new KubernetesSimulatorOptions { EnforcesAccess = true },
            TestContext.Current.CancellationToken
        );
        using var administrator = new ApiClient(server);
        (await administrator.PostAsync("/api/v1/namespaces", $$$"""{"metadata":{"name":"{{{Home}}}"}}""")).Expect(HttpStatusCode.Created);
        foreach (var document in (values.Length == 0 ? await Standard.Value : await Helm.V4.TemplateAsync(values)).Documents)
        {
            if (PathOf(document) is { } path)
            {
                var answer = await administrator.ApplyAsync(path, "helm", document.ToJsonString());
                Assert.True((int)answer.Code < 300, $"{path}: {answer.Message}");
            }
        }

        return server;
    }

    private static string? PathOf(JsonObject document)
    {
        var metadata = document["metadata"]!;
        var home = metadata["namespace"] is { } inNamespace ? $"/namespaces/{inNamespace}" : "";
        return document["kind"]!.GetValue<string>() switch
        {
            var kind and ("Role" or "RoleBinding" or "ClusterRole" or "ClusterRoleBinding") =>
                $"/apis/rbac.authorization.k8s.io/v1{home}/{kind.ToLowerInvariant()}s/{metadata["name"]}",
            "ValidatingAdmissionPolicy" => $"/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/{metadata["name"]}",
            "ValidatingAdmissionPolicyBinding" => $"/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/{metadata["name"]}",
            _ => null,
        };
    }

    /// <summary>An agent's token, and objects of its node and of another.</summary>
    private static async Task<ApiClient> AgentAsync(KubernetesSimulator server, params string[] moreGroups)
    {
        using var administrator = new ApiClient(server);
        using var controller = Controller(server);
        const string owner = """
            {"apiVersion":"networking.k8s.aws/v1alpha1","kind":"NodeENI","metadata":{"name":"data"},
             "spec":{"nodeSelector":{"a":"b"},"subnetID":"subnet-1","securityGroupIDs":["sg-1"]}}
            """;
        var nodeEni = (await administrator.PostAsync($"{Api}/nodeenis", owner)).Expect(HttpStatusCode.Created);
        var uid = nodeEni.Body["metadata"]!["uid"]!.GetValue<string>();
        foreach (var (name, node) in new[] { ("own", Node), ("other", OtherNode) })
        {
            (await controller.PostAsync($"{Api}/eniattachments", Attachment(name, node, uid))).Expect(HttpStatusCode.Created);
            var status = $$$"""{"status":{"network":{"eniID":"eni-1"},"conditions":[{{{Ready("False")}}}]}}""";
            (await controller.MergePatchAsync($"{Api}/eniattachments/{name}/status", status)).Expect(HttpStatusCode.OK);
            (await administrator.PostAsync(PluginPods, Pod($"plugin-{name}", node, """{"app":"sriovdp"}"""))).Expect(HttpStatusCode.Created);
            (await administrator.PostAsync(PluginPods, Pod($"dns-{name}", node, """{"app":"dns"}"""))).Expect(HttpStatusCode.Created);
            (await administrator.PostAsync(PluginPods, Pod($"bare-{name}", node, "null"))).Expect(HttpStatusCode.Created);
        }

        (await administrator.PostAsync(Events, Event("controllers"))).Expect(HttpStatusCode.Created);
        var account = UserInfo.ServiceAccount(Home, "eni-manager", Node);
        return new ApiClient(server, token: server.Access.IssueToken(account with { Groups = [.. account.Groups, .. moreGroups] }));
    }

    private static ApiClient Controller(KubernetesSimulator server) => new(server, token: server.Access.IssueToken(Home, "eni-controller", Node));

    /// <summary>
    /// The token of a person who may do everything with NodeENIs, by a role and nothing else.
    /// </summary>
    private static string Editor(KubernetesSimulator server, string name)
    {
        server.Store.Create(
            "clusterroles.rbac.authorization.k8s.io",
            Parse(
                """
                {"metadata":{"name":"nodeeni-editor"},"rules":[{"apiGroups":["networking.k8s.aws"],"resources":["nodeenis","nodeenis/status"],"verbs":["*"]}]}
                """
            )
        );
        server.Store.Create(
            "clusterrolebindings.rbac.authorization.k8s.io",
            Parse(
                $$$"""
                {"metadata":{"name":"nodeeni-editor"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"nodeeni-editor"},
                 "subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"{{{name}}}"}]}
                """
            )
        );
        return server.Access.IssueToken(UserInfo.Person(name));
    }

    private static Task<ApiAnswer> SendAsync(ApiClient client, string method, string path, string body) =>
        client.SendAsync(
            HttpMethod.Parse(method),
            path,
            body.Length == 0 ? null : body,
            method == "PATCH" ? "application/merge-patch+json" : "application/json"
        );

    private static string Attachment(string name, string node, string ownerUid) =>
        $$$"""
            {"apiVersion":"networking.k8s.aws/v1alpha1","kind":"ENIAttachment","metadata":{"name":"{{{name}}}","finalizers":{{{Finalizers}}},
              "labels":{"networking.k8s.aws/node":"{{{node}}}"},
              "ownerReferences":[{"apiVersion":"networking.k8s.aws/v1alpha1","kind":"NodeENI","name":"data","uid":"{{{ownerUid}}}","controller":true}]},
             "spec":{"nodeENIRef":{"name":"data","uid":"{{{ownerUid}}}"},"nodeName":"{{{node}}}","instanceID":"i-1","slot":"s","subnetID":"subnet-1",
              "securityGroupIDs":["sg-1"],"deviceIndex":1,"networkCardIndex":0,"device":{"use":"Plain"}} }
            """;

    private static string Ready(string status, string type = "Ready") =>
        $$"""{"type":"{{type}}","status":"{{status}}","reason":"R","message":"m","lastTransitionTime":"2026-01-01T00:00:00Z"}""";

    private static string Slice(string name, string node, string driver, string pool) =>
        $$$"""
            {"apiVersion":"resource.k8s.io/v1","kind":"ResourceSlice","metadata":{"name":"{{{name}}}"},
             "spec":{"driver":"{{{driver}}}","nodeName":"{{{node}}}","pool":{"name":"{{{pool}}}","generation":1,"resourceSliceCount":1} } }
            """;

    /// <summary>
    /// A claim with devices of two nodes and of another driver, which two of them are reported of.
    /// </summary>
    /// <returns>The path of its status.</returns>
    private static async Task<string> ClaimAsync(KubernetesSimulator server)
    {
        using var administrator = new ApiClient(server);
        (
            await administrator.PostAsync(
                Claims,
                """
                {"metadata":{"name":"c"},"spec":{"devices":{"requests":[
                  {"name":"r","exactly":{"deviceClassName":"dc"}},{"name":"s","exactly":{"deviceClassName":"dc"}},{"name":"t","exactly":{"deviceClassName":"dc"}}]}}}
                """
            )
        ).Expect(HttpStatusCode.Created);
        var status = $$$"""
            {"status":{"allocation":{"devices":{"results":[
               {"request":"r","driver":"{{{Driver}}}","pool":"{{{Node}}}","device":"d0"},
               {"request":"s","driver":"{{{Driver}}}","pool":"{{{OtherNode}}}","device":"d1"},
               {"request":"t","driver":"gpu.example.com","pool":"{{{Node}}}","device":"g0"}]}},
              "reservedFor":[{"resource":"pods","name":"p","uid":"u-1"}],
              "devices":[{{{ClaimDevice(Driver, OtherNode, "d1")}}},{{{ClaimDevice("gpu.example.com", Node, "g0")}}}]}}
            """;
        (await administrator.MergePatchAsync($"{Claims}/c/status", status)).Expect(HttpStatusCode.OK);
        return $"{Claims}/c/status";
    }

    private static string ClaimDevice(string driver, string pool, string device, string mac = "02:00:00:00:00:00") =>
        $$$"""{"driver":"{{{driver}}}","pool":"{{{pool}}}","device":"{{{device}}}","networkData":{"hardwareAddress":"{{{mac}}}"}}""";

    private static string Event(string name) =>
        $$$"""
            {"metadata":{"name":"{{{name}}}","namespace":"default"},"type":"Normal","reason":"DPDKBound","message":"m","count":1,
             "involvedObject":{"apiVersion":"networking.k8s.aws/v1alpha1","kind":"NodeENI","name":"data","uid":"u-1"},
             "source":{"component":"nodeeni-controller"},"reportingComponent":"nodeeni-controller","reportingInstance":"node-a"}
            """;

    private static string Pod(string name, string node, string labels) =>
        $$$"""
            {"metadata":{"name":"{{{name}}}","labels":{{{labels}}} },"spec":{"nodeName":"{{{node}}}","containers":[{"name":"c","image":"i"}]}}
            """;

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();

    private static string Quoted(string json) => $"\"{json.Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
