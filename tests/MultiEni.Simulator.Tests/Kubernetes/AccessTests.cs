using System.Net;
using MultiEni.Simulator.Kubernetes;
using MultiEni.Simulator.Kubernetes.Access;

namespace MultiEni.Simulator.Tests.Kubernetes;

/// <summary>Roles as the API server reads them.</summary>
public sealed class AccessTests : ServerFixture
{
    private const string Rbac = "/apis/rbac.authorization.k8s.io/v1";
    private const string KubeSystemPods = "/api/v1/namespaces/kube-system/pods";

    protected override KubernetesSimulatorOptions Options => new() { InstallsProductResources = false, EnforcesAccess = true };

    [Fact]
    public async Task Whoever_has_no_role_may_do_nothing_and_is_told_what()
    {
        using var agent = Account("agent");

        var refused = (await agent.GetAsync(Pods)).Expect(HttpStatusCode.Forbidden);

        Assert.Equal(
            "pods is forbidden: User \"system:serviceaccount:team:agent\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\"",
            refused.Message
        );
        Assert.Contains("at the cluster scope", (await agent.GetAsync(Nodes)).Message);
        Assert.Equal(2, Server.Access.Log.Refusals.Count);
    }

    [Fact]
    public async Task A_role_holds_in_its_namespace_and_a_cluster_role_everywhere()
    {
        await GrantAsync("roles", "kube-system", """{"apiGroups":[""],"resources":["pods"],"verbs":["list"]}""");
        await GrantAsync("clusterroles", "", """{"apiGroups":[""],"resources":["nodes"],"verbs":["list"]}""");
        using var agent = Account("agent");

        (await agent.GetAsync(KubeSystemPods)).Expect(HttpStatusCode.OK);
        (await agent.GetAsync(Pods)).Expect(HttpStatusCode.Forbidden);
        (await agent.GetAsync("/api/v1/pods")).Expect(HttpStatusCode.Forbidden);
        (await agent.GetAsync(Nodes)).Expect(HttpStatusCode.OK);
        Assert.Equal(
            [("ClusterRole/granted", "nodes"), ("Role/kube-system/granted", "pods")],
            Server
                .Access.Log.Used.Where(used => used.User.EndsWith(":agent", StringComparison.Ordinal))
                .Select(used => (used.Role, used.Resource))
                .Order()
        );
    }

    [Theory]
    [InlineData("""{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}""", true, true)]
    [InlineData("""{"apiGroups":[""],"resources":["nodes"],"verbs":["get","patch"]}""", true, false)]
    [InlineData("""{"apiGroups":[""],"resources":["nodes/status"],"verbs":["patch"]}""", false, true)]
    [InlineData("""{"apiGroups":[""],"resources":["*/status"],"verbs":["patch"]}""", false, true)]
    [InlineData("""{"apiGroups":[""],"resources":["nodes"],"resourceNames":["n"],"verbs":["get"]}""", true, false)]
    [InlineData("""{"apiGroups":[""],"resources":["nodes"],"resourceNames":["other"],"verbs":["get"]}""", false, false)]
    [InlineData("""{"apiGroups":["apps"],"resources":["nodes"],"verbs":["get"]}""", false, false)]
    public async Task A_rule_allows_what_its_verbs_groups_resources_and_names_say(string rule, bool get, bool patchStatus)
    {
        await Client.PostAsync(Nodes, Json("n"));
        await GrantAsync("clusterroles", "", rule);
        using var agent = Account("agent");

        Assert.Equal(get, (await agent.GetAsync($"{Nodes}/n")).Code == HttpStatusCode.OK);
        Assert.Equal(patchStatus, (await agent.MergePatchAsync($"{Nodes}/n/status", """{"status":{"phase":"y"}}""")).Code == HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_driver_with_the_wider_of_two_rights_is_refused_nothing()
    {
        const string claims = "/apis/resource.k8s.io/v1/namespaces/default/resourceclaims";
        const string allocation =
            """{"devices":{"results":[{"request":"r","driver":"x.y","pool":"p","device":"d"}]},"nodeSelector":{"nodeSelectorTerms":[{"matchFields":[{"key":"metadata.name","operator":"In","values":["n"]}]}]}}""";
        await GrantAsync(
            "clusterroles",
            "",
            """
            {"apiGroups":["resource.k8s.io"],"resources":["resourceclaims/status"],"verbs":["patch"]},
            {"apiGroups":["resource.k8s.io"],"resources":["resourceclaims/driver"],"verbs":["arbitrary-node:patch"],"resourceNames":["x.y"]}
            """
        );
        await Client.PostAsync(claims, Json("c", "\"spec\":{\"devices\":{\"requests\":[{\"name\":\"r\",\"exactly\":{\"deviceClassName\":\"d\"}}]}}"));
        await Client.MergePatchAsync($"{claims}/c/status", $$"""{"status":{"allocation":{{allocation}} } }""");
        using var agent = new ApiClient(Server, token: Server.Access.IssueToken("team", "agent", node: "n"));

        (await agent.MergePatchAsync($"{claims}/c/status", """{"status":{"devices":[{"driver":"x.y","pool":"p","device":"d"}]}}""")).Expect(
            HttpStatusCode.OK
        );

        Assert.Empty(Server.Access.Log.Refusals);
    }

    [Fact]
    public async Task A_field_selector_for_one_name_counts_as_that_name()
    {
        await GrantAsync("clusterroles", "", """{"apiGroups":[""],"resources":["nodes"],"resourceNames":["n"],"verbs":["list"]}""");
        using var agent = Account("agent");

        (await agent.GetAsync($"{Nodes}?fieldSelector=metadata.name%3Dn")).Expect(HttpStatusCode.OK);
        (await agent.GetAsync($"{Nodes}?fieldSelector=metadata.name%3Dother")).Expect(HttpStatusCode.Forbidden);
        (await agent.GetAsync(Nodes)).Expect(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task An_apply_that_makes_an_object_needs_the_right_to_create()
    {
        await GrantAsync("clusterroles", "", """{"apiGroups":[""],"resources":["configmaps"],"verbs":["patch"]}""");
        using var agent = Account("agent");
        const string Body = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"x":"1"}}""";

        Assert.Contains(
            "cannot create resource \"configmaps\"",
            (await agent.ApplyAsync($"{ConfigMaps}/a", "agent", Body)).Expect(HttpStatusCode.Forbidden).Message
        );
        await Client.PostAsync(ConfigMaps, Json("a"));
        (await agent.ApplyAsync($"{ConfigMaps}/a", "agent", Body)).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_token_that_nobody_issued_is_no_token()
    {
        using var stranger = new ApiClient(Server, token: "made-up");

        (await stranger.GetAsync(Nodes)).Expect(HttpStatusCode.Unauthorized);
        (await Client.GetAsync(Nodes)).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_person_is_bound_by_name_and_by_group_and_may_ask_what_he_may_do()
    {
        await Client.PostAsync(
            $"{Rbac}/clusterroles",
            """{"metadata":{"name":"reader"},"rules":[{"apiGroups":[""],"resources":["nodes"],"verbs":["list"]}]}"""
        );
        await Client.PostAsync(
            $"{Rbac}/clusterrolebindings",
            """{"metadata":{"name":"reader"},"roleRef":{"kind":"ClusterRole","name":"reader"},"subjects":[{"kind":"Group","name":"staff"}]}"""
        );
        using var person = new ApiClient(Server, token: Server.Access.IssueToken(new UserInfo("ann", ["staff", UserInfo.Authenticated])));
        using var other = new ApiClient(Server, token: Server.Access.IssueToken(UserInfo.Person("bob")));

        (await person.GetAsync(Nodes)).Expect(HttpStatusCode.OK);
        (await other.GetAsync(Nodes)).Expect(HttpStatusCode.Forbidden);
        Assert.True(await MayListNodesAsync(person));
        Assert.False(await MayListNodesAsync(other));
    }

    [Fact]
    public async Task Who_may_impersonate_acts_as_the_other_and_nobody_else_does()
    {
        await GrantAsync("clusterroles", "", """{"apiGroups":[""],"resources":["nodes"],"verbs":["list"]}""");

        Assert.Equal(HttpStatusCode.OK, await ListNodesAsync(token: null, "system:serviceaccount:team:agent"));
        Assert.Equal(HttpStatusCode.Forbidden, await ListNodesAsync(token: null, "bob"));
        Assert.Equal(
            HttpStatusCode.Forbidden,
            await ListNodesAsync(Server.Access.IssueToken(UserInfo.Person("bob")), "system:serviceaccount:team:agent")
        );
    }

    [Fact]
    public async Task Without_a_token_comes_nobody_where_the_administrator_has_one()
    {
        await using var server = await KubernetesSimulator.StartAsync(
            Options with
            {
                AdministratorToken = "secret",
            },
            TestContext.Current.CancellationToken
        );
        using var anonymous = new ApiClient(server);
        using var administrator = new ApiClient(server, token: "secret");

        Assert.Contains("User \"system:anonymous\" cannot list", (await anonymous.GetAsync(Nodes)).Expect(HttpStatusCode.Forbidden).Message);
        (await anonymous.GetAsync("/healthz")).Expect(HttpStatusCode.OK);
        (await administrator.GetAsync(Nodes)).Expect(HttpStatusCode.OK);
    }

    private async Task<HttpStatusCode> ListNodesAsync(string? token, string impersonated)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Server.BaseAddress, Nodes));
        request.Headers.Add("Impersonate-User", impersonated);
        if (token is not null)
        {
            request.Headers.Add("Authorization", "Bearer " + token);
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private static async Task<bool> MayListNodesAsync(ApiClient client) =>
        (
            await client.PostAsync(
                "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                """{"spec":{"resourceAttributes":{"verb":"list","resource":"nodes"}}}"""
            )
        ).Body["status"]!["allowed"]!.GetValue<bool>();

    private ApiClient Account(string name) => new(Server, token: Server.Access.IssueToken("team", name, node: null));

    private async Task GrantAsync(string roles, string inNamespace, string rule)
    {
        var (collection, bindings, kind) =
            roles == "roles"
                ? ($"{Rbac}/namespaces/{inNamespace}/roles", $"{Rbac}/namespaces/{inNamespace}/rolebindings", "Role")
                : ($"{Rbac}/clusterroles", $"{Rbac}/clusterrolebindings", "ClusterRole");
        (await Client.PostAsync(collection, Json("granted", $"\"rules\":[{rule}]"))).Expect(HttpStatusCode.Created);
        (
            await Client.PostAsync(
                bindings,
                Json(
                    "granted",
                    $$"""
                    "roleRef":{"kind":"{{kind}}","name":"granted"},"subjects":[{"kind":"ServiceAccount","name":"agent","namespace":"team"}]
                    """
                )
            )
        ).Expect(HttpStatusCode.Created);
    }
}
