using System.Net;
using MultiEni.Simulator.Kubernetes;

namespace MultiEni.Simulator.Tests.Kubernetes;

/// <summary>ValidatingAdmissionPolicies as the API server evaluates them.</summary>
public sealed class AdmissionPolicyTests : ServerFixture
{
    private const string Api = "/apis/admissionregistration.k8s.io/v1";

    protected override KubernetesSimulatorOptions Options => new() { InstallsProductResources = false, EnforcesAccess = true };

    [Fact]
    public async Task A_policy_holds_from_its_binding_on_and_for_the_administrator_too()
    {
        await PolicyAsync("\"validations\":[{\"expression\":\"object.data.x == '1'\",\"message\":\"x must be 1\",\"reason\":\"Forbidden\"}]");
        (await Client.PostAsync(ConfigMaps, Json("before", "\"data\":{\"x\":\"2\"}"))).Expect(HttpStatusCode.Created);
        await BindAsync();

        (await Client.PostAsync(ConfigMaps, Json("good", "\"data\":{\"x\":\"1\"}"))).Expect(HttpStatusCode.Created);
        var refused = (await Client.PostAsync(ConfigMaps, Json("bad", "\"data\":{\"x\":\"2\"}"))).Expect(HttpStatusCode.Forbidden);

        Assert.Equal("configmaps \"bad\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'p' denied request: x must be 1", refused.Message);
        Assert.Equal(
            "ValidatingAdmissionPolicy 'p' with binding 'p' denied request: x must be 1",
            refused.Body["details"]!["causes"]![0]!["message"]!.GetValue<string>()
        );
        (await Client.GetAsync($"{ConfigMaps}/bad")).Expect(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("request.operation == 'UPDATE' ? object.data.x == oldObject.data.x : true", "\"reason\":\"Forbidden\"", HttpStatusCode.Forbidden)]
    [InlineData("variables.same", "\"messageExpression\":\"'was ' + oldObject.data.x\"", HttpStatusCode.UnprocessableEntity)]
    public async Task Updates_are_compared_with_what_is_stored(string expression, string more, HttpStatusCode code)
    {
        await Client.PostAsync(ConfigMaps, Json("a", "\"data\":{\"x\":\"1\"}"));
        await PolicyAsync(
            "\"variables\":[{\"name\":\"same\",\"expression\":\"object.data.x == oldObject.data.x\"}],"
                + $"\"validations\":[{{\"expression\":\"{expression}\",{more}}}]"
        );
        await BindAsync();

        var refused = await Client.MergePatchAsync($"{ConfigMaps}/a", """{"data":{"x":"2"}}""");

        Assert.Equal(code, refused.Code);
        (await Client.MergePatchAsync($"{ConfigMaps}/a", """{"data":{"x":"1","y":"2"}}""")).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_match_condition_tells_users_and_their_nodes_apart()
    {
        await PolicyAsync(
            """
            "matchConditions":[{"name":"agents","expression":"request.userInfo.username.startsWith('system:serviceaccount:team:')"}],
            "validations":[{"expression":"request.userInfo.extra['authentication.kubernetes.io/node-name'][0] == object.data.node"}]
            """
        );
        await BindAsync();
        await Client.PostAsync(
            "/apis/rbac.authorization.k8s.io/v1/clusterroles",
            Json("all", """ "rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}] """)
        );
        await Client.PostAsync(
            "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
            Json("all", """ "roleRef":{"kind":"ClusterRole","name":"all"},"subjects":[{"kind":"Group","name":"system:serviceaccounts:team"}] """)
        );
        using var agent = new ApiClient(Server, token: Server.Access.IssueToken("team", "agent", "node-a"));
        using var nodeless = new ApiClient(Server, token: Server.Access.IssueToken("team", "agent", node: null));

        (await agent.PostAsync(ConfigMaps, Json("own", "\"data\":{\"node\":\"node-a\"}"))).Expect(HttpStatusCode.Created);
        (await agent.PostAsync(ConfigMaps, Json("other", "\"data\":{\"node\":\"node-b\"}"))).Expect(HttpStatusCode.UnprocessableEntity);
        // What cannot be evaluated is refused.
        Assert.Contains(
            "resulted in error",
            (await nodeless.PostAsync(ConfigMaps, Json("none", "\"data\":{\"node\":\"node-a\"}"))).Expect(HttpStatusCode.UnprocessableEntity).Message
        );
        (await Client.PostAsync(ConfigMaps, Json("admin", "\"data\":{\"node\":\"node-b\"}"))).Expect(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_deletion_has_only_an_old_object()
    {
        await Client.PostAsync(ConfigMaps, Json("kept", "\"data\":{\"keep\":\"yes\"}"));
        await Client.PostAsync(ConfigMaps, Json("free", "\"data\":{\"keep\":\"no\"}"));
        await PolicyAsync("\"validations\":[{\"expression\":\"object != null || oldObject.data.keep != 'yes'\",\"reason\":\"Forbidden\"}]");
        await BindAsync();

        (await Client.DeleteAsync($"{ConfigMaps}/kept")).Expect(HttpStatusCode.Forbidden);
        (await Client.DeleteAsync($"{ConfigMaps}/free")).Expect(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("null", "null")]
    [InlineData("{}", "[]")]
    public async Task What_is_empty_in_metadata_is_absent(string map, string list)
    {
        await PolicyAsync(
            "\"validations\":[{\"expression\":\"!has(object.metadata.labels) && !has(object.metadata.annotations) "
                + "&& !has(object.metadata.finalizers) && !has(object.metadata.ownerReferences)\"}]"
        );
        await BindAsync();
        var metadata = $"\"labels\":{map},\"annotations\":{map},\"finalizers\":{list},\"ownerReferences\":{list}";

        (await Client.PostAsync(ConfigMaps, "{\"metadata\":{\"name\":\"a\"," + metadata + "}}")).Expect(HttpStatusCode.Created);
        (await Client.MergePatchAsync($"{ConfigMaps}/a", "{\"metadata\":{" + metadata + "}}")).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_deletion_of_a_collection_asks_for_each_object_and_names_none()
    {
        await Client.PostAsync(ConfigMaps, Json("a"));
        await PolicyAsync("\"validations\":[{\"expression\":\"request.operation != 'DELETE' || has(request.name)\",\"message\":\"no name\"}]");
        await BindAsync();

        Assert.Contains(
            "no name",
            (await Client.DeleteAsync(ConfigMaps)).Expect(HttpStatusCode.UnprocessableEntity).Message,
            StringComparison.Ordinal
        );
        (await Client.DeleteAsync($"{ConfigMaps}/a")).Expect(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("object.data.")]
    [InlineData("request.userinfo.username == 'x'")]
    [InlineData("request.uid == ''")]
    [InlineData("has(request.object)")]
    [InlineData("variables.unknown")]
    [InlineData("'text'")]
    [InlineData("authorizer.path('/healthz').check('get').allowed()")]
    [InlineData("params.x == 1")]
    public async Task A_wrong_or_unknown_expression_is_not_simulated_when_the_policy_is_written(string expression)
    {
        var answer = await TryPolicyAsync($"\"validations\":[{{\"expression\":\"{expression}\"}}]");

        Assert.StartsWith(
            "not supported by the simulated API server: the CEL expression",
            answer.Expect(HttpStatusCode.NotImplemented).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_selector_of_what_is_absent_does_not_select_the_object_that_a_deletion_lacks()
    {
        await Client.PostAsync(ConfigMaps, "{\"metadata\":{\"name\":\"held\",\"labels\":{\"held\":\"yes\"}}}");
        await Client.PostAsync(ConfigMaps, Json("free"));
        await TryPolicyAsync(
            "\"validations\":[{\"expression\":\"request.operation != 'DELETE'\"}]",
            scope: "\"objectSelector\":{\"matchExpressions\":[{\"key\":\"held\",\"operator\":\"DoesNotExist\"}]},"
        );
        await BindAsync();

        (await Client.DeleteAsync($"{ConfigMaps}/held")).Expect(HttpStatusCode.OK);
        (await Client.DeleteAsync($"{ConfigMaps}/free")).Expect(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task A_namespace_that_is_deleted_stands_in_itself()
    {
        await Client.PostAsync("/api/v1/namespaces", Json("inner"));
        await PolicyAsync("\"validations\":[{\"expression\":\"request.?namespace.orValue('') != 'inner'\"}]", "namespaces");
        await BindAsync();

        (await Client.DeleteAsync("/api/v1/namespaces/inner")).Expect(HttpStatusCode.UnprocessableEntity);
        (await Client.PostAsync("/api/v1/namespaces", Json("other"))).Expect(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("\"paramKind\":{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\"},\"validations\":[{\"expression\":\"true\"}]", "")]
    [InlineData("\"auditAnnotations\":[{\"key\":\"a\",\"valueExpression\":\"'x'\"}]", "")]
    [InlineData("\"validations\":[]", "")]
    [InlineData("\"matchConditions\":[{\"name\":\"a b\",\"expression\":\"true\"}],\"validations\":[{\"expression\":\"true\"}]", "")]
    [InlineData("\"variables\":[{\"name\":\"for\",\"expression\":\"1\"}],\"validations\":[{\"expression\":\"true\"}]", "")]
    [InlineData("\"validations\":[{\"expression\":\"true\"}]", "\"namespaceSelector\":{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"Is\"}]},")]
    public async Task What_is_not_known_of_policies_is_not_simulated(string rest, string scope)
    {
        var answer = (await TryPolicyAsync(rest, scope: scope)).Expect(HttpStatusCode.NotImplemented);

        Assert.StartsWith("not supported by the simulated API server: ", answer.Message, StringComparison.Ordinal);
        (await Client.GetAsync($"{Api}/validatingadmissionpolicies/p")).Expect(HttpStatusCode.NotFound);
    }

    private async Task PolicyAsync(string rest, string resource = "configmaps") =>
        (await TryPolicyAsync(rest, resource)).Expect(HttpStatusCode.Created);

    private Task<ApiAnswer> TryPolicyAsync(string rest, string resource = "configmaps", string scope = "") =>
        Client.PostAsync(
            $"{Api}/validatingadmissionpolicies",
            Json(
                "p",
                $$"""
                "spec":{"matchConstraints":{{{scope}}"resourceRules":[
                  {"apiGroups":[""],"apiVersions":["v1"],"operations":["*"],"resources":["{{resource}}"]}]},{{rest}}}
                """
            )
        );

    private async Task BindAsync() =>
        (
            await Client.PostAsync(
                $"{Api}/validatingadmissionpolicybindings",
                Json("p", "\"spec\":{\"policyName\":\"p\",\"validationActions\":[\"Deny\"]}")
            )
        ).Expect(HttpStatusCode.Created);
}
