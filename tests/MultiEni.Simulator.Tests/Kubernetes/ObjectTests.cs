using System.Net;
using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Tests.Kubernetes;

public sealed class ObjectTests : ServerFixture
{
    [Fact]
    public async Task A_new_object_gets_what_the_server_gives()
    {
        var created = (await Client.PostAsync(ConfigMaps, Json("a", "\"data\":{\"x\":\"1\"}"))).Expect(HttpStatusCode.Created).Body;

        var metadata = created["metadata"]!;
        Assert.Equal("ConfigMap", created["kind"]!.GetValue<string>());
        Assert.Equal("v1", created["apiVersion"]!.GetValue<string>());
        Assert.Equal("default", metadata["namespace"]!.GetValue<string>());
        Assert.True(Guid.TryParse(metadata["uid"]!.GetValue<string>(), out _));
        Assert.Matches("^[0-9]+$", metadata["resourceVersion"]!.GetValue<string>());
        Assert.Matches("^....-..-..T..:..:..Z$", metadata["creationTimestamp"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_generated_name_starts_with_its_prefix()
    {
        var created = await Client.PostAsync(ConfigMaps, """{"metadata":{"generateName":"run-"}}""");

        Assert.Matches("^run-[a-z0-9]{5}$", created.Expect(HttpStatusCode.Created).Body["metadata"]!["name"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("a", HttpStatusCode.Conflict, "AlreadyExists", "configmaps \"a\" already exists")]
    [InlineData(
        "Not_A_Name",
        HttpStatusCode.UnprocessableEntity,
        "Invalid",
        "ConfigMap \"Not_A_Name\" is invalid: metadata.name: Invalid value: \"Not_A_Name\""
    )]
    public async Task A_creation_is_refused_in_the_words_of_the_API_server(string name, HttpStatusCode code, string reason, string message)
    {
        await Client.PostAsync(ConfigMaps, Json("a"));

        var refused = (await Client.PostAsync(ConfigMaps, Json(name))).Expect(code);

        Assert.Equal(reason, refused.Reason);
        Assert.StartsWith(message, refused.Message, StringComparison.Ordinal);
        Assert.Equal("Failure", refused.Body["status"]!.GetValue<string>());
        Assert.Equal((int)code, refused.Body["code"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("/api/v1/namespaces/default/configmaps/x", "configmaps \"x\" not found")]
    [InlineData("/apis/coordination.k8s.io/v1/namespaces/default/leases/x", "leases.coordination.k8s.io \"x\" not found")]
    [InlineData("/api/v1/namespaces/default/unknowns/x", "the server could not find the requested resource")]
    public async Task What_is_absent_is_named(string path, string message)
    {
        var absent = (await Client.GetAsync(path)).Expect(HttpStatusCode.NotFound);

        Assert.Equal(message, absent.Message);
        Assert.Equal("NotFound", absent.Reason);
    }

    [Fact]
    public async Task A_write_in_an_unknown_namespace_is_refused()
    {
        var refused = await Client.PostAsync("/api/v1/namespaces/nowhere/configmaps", Json("a"));

        Assert.Equal("namespaces \"nowhere\" not found", refused.Expect(HttpStatusCode.NotFound).Message);
    }

    [Fact]
    public async Task A_stale_version_is_a_conflict_and_a_current_one_is_not()
    {
        var first = (await Client.PostAsync(ConfigMaps, Json("a"))).Body;
        var changed = first.DeepClone();
        changed["data"] = new JsonObject { ["x"] = "1" };
        (await Client.PutAsync(ConfigMaps + "/a", changed)).Expect(HttpStatusCode.OK);

        var stale = (await Client.PutAsync(ConfigMaps + "/a", changed)).Expect(HttpStatusCode.Conflict);

        Assert.Equal("Conflict", stale.Reason);
        Assert.Equal(
            "Operation cannot be fulfilled on configmaps \"a\": the object has been modified; please apply your changes to the latest version and try again",
            stale.Message
        );
        Assert.Equal("configmaps", stale.Body["details"]!["kind"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_write_that_changes_nothing_makes_no_version()
    {
        var first = await Client.PostAsync(ConfigMaps, Json("a", "\"data\":{\"x\":\"1\"}"));

        var same = await Client.MergePatchAsync(ConfigMaps + "/a", """{"data":{"x":"1"}}""");

        Assert.Equal(first.Version, same.Version);
    }

    [Fact]
    public async Task A_patch_of_the_uid_is_refused()
    {
        await Client.PostAsync(ConfigMaps, Json("a"));

        var refused = await Client.MergePatchAsync(ConfigMaps + "/a", """{"metadata":{"uid":"other"}}""");

        Assert.Equal(
            "ConfigMap \"a\" is invalid: metadata.uid: Invalid value: \"other\": field is immutable",
            refused.Expect(HttpStatusCode.UnprocessableEntity).Message
        );
    }

    [Fact]
    public async Task A_dry_run_answers_and_stores_nothing()
    {
        (await Client.PostAsync(ConfigMaps + "?dryRun=All", Json("a"))).Expect(HttpStatusCode.Created);

        (await Client.GetAsync(ConfigMaps + "/a")).Expect(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_new_node_is_tainted_as_not_ready_and_keeps_its_status()
    {
        var node = await Client.PostAsync(Nodes, Json("n", """ "status":{"nodeInfo":{"kubeletVersion":"v1"}} """));

        var taint = Assert.Single(node.Body["spec"]!["taints"]!.AsArray())!;
        Assert.Equal("node.kubernetes.io/not-ready", taint["key"]!.GetValue<string>());
        Assert.Equal("NoSchedule", taint["effect"]!.GetValue<string>());
        Assert.Equal("v1", node.Body["status"]!["nodeInfo"]!["kubeletVersion"]!.GetValue<string>());
    }

    [Fact]
    public async Task Main_resource_and_status_have_separate_writers()
    {
        await Client.PostAsync(Nodes, Json("n"));

        var main = await Client.MergePatchAsync(Nodes + "/n", """{"spec":{"providerID":"p"},"status":{"phase":"x"}}""");
        var status = await Client.MergePatchAsync(Nodes + "/n/status", """{"spec":{"providerID":"q"},"status":{"phase":"y"}}""");

        Assert.Null(main.Body["status"]!["phase"]);
        Assert.Equal("p", status.Body["spec"]!["providerID"]!.GetValue<string>());
        Assert.Equal("y", status.Body["status"]!["phase"]!.GetValue<string>());
    }

    [Fact]
    public async Task Patches_of_each_kind_are_understood()
    {
        await Client.PostAsync(Nodes, Json("n", """ "status":{"conditions":[{"type":"A","status":"False"},{"type":"B","status":"False"}]} """));

        await Client.PatchAsync(
            Nodes + "/n/status",
            """{"status":{"conditions":[{"type":"B","status":"True"}]}}""",
            "application/strategic-merge-patch+json"
        );
        await Client.PatchAsync(
            Nodes + "/n",
            """[{"op":"add","path":"/metadata/labels","value":{"a/b":"c"}},{"op":"test","path":"/metadata/labels/a~1b","value":"c"}]""",
            "application/json-patch+json"
        );
        var node = await Client.MergePatchAsync(Nodes + "/n", """{"metadata":{"annotations":{"x":"y"}}}""");

        var conditions = node.Body["status"]!["conditions"]!.AsArray();
        Assert.Equal(["A False", "B True"], conditions.Select(c => $"{c!["type"]} {c["status"]}"));
        Assert.Equal("c", node.Body["metadata"]!["labels"]!["a/b"]!.GetValue<string>());
        Assert.Equal("y", node.Body["metadata"]!["annotations"]!["x"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_failed_test_of_a_JSON_patch_changes_nothing()
    {
        var before = await Client.PostAsync(Nodes, Json("n"));

        var refused = await Client.PatchAsync(
            Nodes + "/n",
            """[{"op":"add","path":"/metadata/labels","value":{}},{"op":"test","path":"/metadata/name","value":"other"}]""",
            "application/json-patch+json"
        );

        refused.Expect(HttpStatusCode.UnprocessableEntity);
        Assert.Equal(before.Version, (await Client.GetAsync(Nodes + "/n")).Version);
    }

    [Fact]
    public async Task Bodies_may_be_YAML()
    {
        var created = await Client.SendAsync(HttpMethod.Post, ConfigMaps, "metadata:\n  name: a\ndata:\n  x: \"1\"\n", "application/yaml");

        Assert.Equal("1", created.Expect(HttpStatusCode.Created).Body["data"]!["x"]!.GetValue<string>());
    }

    [Fact]
    public async Task Logs_of_a_container_that_does_not_exist_are_not_implemented()
    {
        await Client.PostAsync(Pods, Json("p", Containers));

        var refused = (await Client.GetAsync(Pods + "/p/log")).Expect(HttpStatusCode.NotImplemented);

        Assert.Contains("simulated API server", refused.Message, StringComparison.Ordinal);
    }
}
