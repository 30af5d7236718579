using System.Net;
using System.Text.Json.Nodes;
using CsCheck;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Tests.Kubernetes;

public sealed class ServerSideApplyTests : ServerFixture
{
    private const string One = Nodes + "/n";

    [Fact]
    public async Task Applying_what_is_absent_creates_it()
    {
        var created = await Client.ApplyAsync(One, "a", Body("\"spec\":{\"providerID\":\"p\"}"));

        var owner = Assert.Single(created.Expect(HttpStatusCode.Created).Body["metadata"]!["managedFields"]!.AsArray())!;
        Assert.Equal("a", owner["manager"]!.GetValue<string>());
        Assert.Equal("Apply", owner["operation"]!.GetValue<string>());
        Assert.Equal("""{"f:spec":{"f:providerID":{}}}""", owner["fieldsV1"]!.ToJsonString());
    }

    [Fact]
    public async Task Applying_the_same_again_makes_no_version()
    {
        var first = await Client.ApplyAsync(One, "a", Body("\"spec\":{\"providerID\":\"p\"}"));

        var second = await Client.ApplyAsync(One, "a", Body("\"spec\":{\"providerID\":\"p\"}"));

        Assert.Equal(first.Version, second.Expect(HttpStatusCode.OK).Version);
    }

    [Fact]
    public async Task A_field_that_its_only_owner_leaves_out_goes_away()
    {
        await Client.ApplyAsync(One, "a", Body("\"metadata\":{\"labels\":{\"x\":\"1\",\"y\":\"2\"}}"));
        await Client.ApplyAsync(One, "b", Body("\"metadata\":{\"labels\":{\"y\":\"2\"}}"));

        var after = await Client.ApplyAsync(One, "a", Body("\"metadata\":{\"labels\":{}}"));

        Assert.Equal("""{"y":"2"}""", after.Body["metadata"]!["labels"]!.ToJsonString());
    }

    [Fact]
    public async Task Another_value_for_an_owned_field_is_a_conflict_with_causes()
    {
        await Client.ApplyAsync(One, "a", Body("\"spec\":{\"providerID\":\"p\",\"podCIDR\":\"10.0.0.0/24\"}"));

        var refused = (await Client.ApplyAsync(One, "b", Body("\"spec\":{\"providerID\":\"q\"}"))).Expect(HttpStatusCode.Conflict);

        Assert.Equal("Apply failed with 1 conflict: conflict with \"a\": .spec.providerID", refused.Message);
        var cause = Assert.Single(refused.Body["details"]!["causes"]!.AsArray())!;
        Assert.Equal("FieldManagerConflict", cause["reason"]!.GetValue<string>());
        Assert.Equal(".spec.providerID", cause["field"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_conflict_with_a_writer_that_updates_names_its_version()
    {
        await Client.PostAsync(Nodes, Json("n", "\"spec\":{\"providerID\":\"p\"}"));

        var refused = await Client.ApplyAsync(One, "b", Body("\"spec\":{\"providerID\":\"q\"}"));

        Assert.Equal(
            "Apply failed with 1 conflict: conflict with \"tests\" using v1: .spec.providerID",
            refused.Expect(HttpStatusCode.Conflict).Message
        );
    }

    [Fact]
    public async Task Force_takes_the_field_from_its_owner()
    {
        await Client.ApplyAsync(One, "a", Body("\"metadata\":{\"labels\":{\"x\":\"p\"}}"));

        await Client.ApplyAsync(One, "b", Body("\"metadata\":{\"labels\":{\"x\":\"q\"}}"), force: true);
        var after = await Client.ApplyAsync(One, "a", Body("\"spec\":{}"));

        Assert.Equal("q", after.Expect(HttpStatusCode.OK).Body["metadata"]!["labels"]!["x"]!.GetValue<string>());
    }

    [Fact]
    public async Task Two_managers_share_a_list_of_conditions_entry_by_entry()
    {
        await Client.PostAsync(Nodes, Json("n"));
        const string status = One + "/status";

        await Client.ApplyAsync(status, "a", Body("\"status\":{\"conditions\":[{\"type\":\"A\",\"status\":\"True\"}]}"));
        await Client.ApplyAsync(status, "b", Body("\"status\":{\"conditions\":[{\"type\":\"B\",\"status\":\"True\"}]}"));
        await Client.ApplyAsync(status, "a", Body("\"status\":{\"conditions\":[{\"type\":\"A\",\"status\":\"False\"}]}"));
        var both = await Client.GetAsync(One);
        var left = await Client.ApplyAsync(status, "a", Body("\"status\":{}"));

        Assert.Equal(["A False", "B True"], Conditions(both));
        Assert.Equal(["B True"], Conditions(left));
    }

    [Fact]
    public async Task A_key_that_an_entry_leaves_out_has_its_default()
    {
        const string service = "/api/v1/namespaces/default/services/s";
        const string body = """{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"selector":{"a":"b"},"ports":[{"port":80}]}}""";
        await Client.ApplyAsync(service, "a", body);

        var again = (await Client.ApplyAsync(service, "a", body)).Expect(HttpStatusCode.OK);

        var port = Assert.Single(again.Body["spec"]!["ports"]!.AsArray())!;
        Assert.Equal("TCP", port["protocol"]!.GetValue<string>());
    }

    [Fact]
    public async Task Finalizers_are_a_set_in_which_each_manager_owns_its_own()
    {
        await Client.ApplyAsync(One, "a", Body("\"metadata\":{\"finalizers\":[\"x/a\"]}"));
        await Client.ApplyAsync(One, "b", Body("\"metadata\":{\"finalizers\":[\"x/b\"]}"));

        var after = await Client.ApplyAsync(One, "a", Body("\"spec\":{}"));

        Assert.Equal("""["x/b"]""", after.Body["metadata"]!["finalizers"]!.ToJsonString());
    }

    [Fact]
    public async Task A_configuration_for_a_vanished_object_does_not_bring_it_back()
    {
        var refused = await Client.ApplyAsync(One, "a", Body("\"metadata\":{\"uid\":\"gone\"}"));

        Assert.Equal("Conflict", refused.Expect(HttpStatusCode.Conflict).Reason);
        (await Client.GetAsync(One)).Expect(HttpStatusCode.NotFound);
    }

    [Fact]
    public void Whatever_two_managers_apply_in_turn_each_finds_its_last_wish_and_nothing_of_what_both_dropped()
    {
        var store = Server.Store;
        var keys = Gen.Int[0, 3].Select(static number => $"k{number}");
        var wish = Gen.Select(
            Gen.Bool,
            keys.Array[0, 4],
            static (isFirst, chosen) => (IsFirst: isFirst, Keys: chosen.ToHashSet(StringComparer.Ordinal))
        );
        var run = 0;

        wish.Array[1, 12]
            .Sample(
                wishes =>
                {
                    var name = $"n{Interlocked.Increment(ref run)}";
                    var last = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal) { ["first"] = [], ["second"] = [] };
                    store.Create("nodes", new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } });
                    foreach (var (isFirst, chosen) in wishes)
                    {
                        var manager = isFirst ? "first" : "second";
                        last[manager] = chosen;
                        foreach (var subresource in (ReadOnlySpan<string>)["", "status"])
                        {
                            var options = new WriteOptions { FieldManager = manager, Subresource = subresource };
                            store.Apply("nodes", Configuration(name, chosen, manager), options);
                        }

                        var stored = store.Get("nodes", name);
                        var labels =
                            stored["metadata"]!["labels"]?.AsObject().Select(static label => label.Key).ToHashSet(StringComparer.Ordinal) ?? [];
                        var types =
                            stored["status"]
                                ?["conditions"]?.AsArray()
                                .Select(static c => c!["type"]!.GetValue<string>())
                                .ToHashSet(StringComparer.Ordinal)
                            ?? [];
                        Assert.Equal(
                            last["first"].Union(last["second"], StringComparer.Ordinal).Order(StringComparer.Ordinal),
                            labels.Order(StringComparer.Ordinal)
                        );
                        Assert.Equal(
                            last.SelectMany(static owner => owner.Value.Select(key => $"{owner.Key}-{key}")).Order(StringComparer.Ordinal),
                            types.Order(StringComparer.Ordinal)
                        );
                    }
                },
                iter: 200,
                threads: 1
            );
    }

    [Fact]
    public void A_refused_apply_changes_nothing()
    {
        Server.Store.Apply("nodes", Configuration("n", ["k0"], "first"), new WriteOptions { FieldManager = "first" });
        var before = Server.Store.Get("nodes", "n").ToJsonString();
        var rival = Configuration("n", ["k1"], "second");
        rival["metadata"]!["labels"]!["k0"] = "other";

        Assert.Throws<StatusException>(() => Server.Store.Apply("nodes", rival, new WriteOptions { FieldManager = "second" }));

        Assert.Equal(before, Server.Store.Get("nodes", "n").ToJsonString());
    }

    private static JsonObject Configuration(string name, IEnumerable<string> keys, string manager)
    {
        var labels = new JsonObject();
        var conditions = new JsonArray();
        foreach (var key in keys)
        {
            labels[key] = "same";
            conditions.Add((JsonNode)new JsonObject { ["type"] = $"{manager}-{key}", ["status"] = "True" });
        }

        return new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = labels },
            ["status"] = new JsonObject { ["conditions"] = conditions },
        };
    }

    private static IEnumerable<string> Conditions(ApiAnswer node) =>
        node.Body["status"]!["conditions"]!.AsArray().Select(static condition => $"{condition!["type"]} {condition["status"]}");

    private static string Body(string rest) => $$"""{"apiVersion":"v1","kind":"Node",{{rest}} }""";
}
