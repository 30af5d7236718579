using System.Net;
using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Tests.Kubernetes;

public sealed class DeletionTests : ServerFixture
{
    [Fact]
    public async Task A_deletion_answers_with_a_status_and_the_uid()
    {
        var created = await Client.PostAsync(ConfigMaps, Json("a"));

        var deleted = (await Client.DeleteAsync(ConfigMaps + "/a")).Expect(HttpStatusCode.OK).Body;

        Assert.Equal("Status", deleted["kind"]!.GetValue<string>());
        Assert.Equal("Success", deleted["status"]!.GetValue<string>());
        Assert.Equal(created.Body["metadata"]!["uid"]!.GetValue<string>(), deleted["details"]!["uid"]!.GetValue<string>());
        (await Client.GetAsync(ConfigMaps + "/a")).Expect(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Finalizers_hold_an_object_until_the_last_is_gone()
    {
        await Client.PostAsync(ConfigMaps, """{"metadata":{"name":"a","finalizers":["x/one","x/two"]}}""");

        var marked = (await Client.DeleteAsync(ConfigMaps + "/a")).Expect(HttpStatusCode.OK).Body;
        var again = (await Client.DeleteAsync(ConfigMaps + "/a")).Expect(HttpStatusCode.OK);
        await Client.MergePatchAsync(ConfigMaps + "/a", """{"metadata":{"finalizers":["x/two"]}}""");
        (await Client.GetAsync(ConfigMaps + "/a")).Expect(HttpStatusCode.OK);
        await Client.MergePatchAsync(ConfigMaps + "/a", """{"metadata":{"finalizers":null}}""");

        Assert.NotNull(marked["metadata"]!["deletionTimestamp"]);
        Assert.Equal(0, marked["metadata"]!["deletionGracePeriodSeconds"]!.GetValue<int>());
        Assert.Equal(marked["metadata"]!["resourceVersion"]!.GetValue<string>(), again.Version);
        (await Client.GetAsync(ConfigMaps + "/a")).Expect(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_finalizer_cannot_be_added_to_an_object_that_is_going()
    {
        await Client.PostAsync(ConfigMaps, """{"metadata":{"name":"a","finalizers":["x/one"]}}""");
        await Client.DeleteAsync(ConfigMaps + "/a");

        var refused = await Client.MergePatchAsync(ConfigMaps + "/a", """{"metadata":{"finalizers":["x/one","x/two"]}}""");

        Assert.Equal(
            "ConfigMap \"a\" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{\"x/two\"}",
            refused.Expect(HttpStatusCode.UnprocessableEntity).Message
        );
    }

    [Fact]
    public async Task A_running_pod_stays_until_its_kubelet_confirms()
    {
        await Client.PostAsync(Pods, Json("p", "\"spec\":{\"nodeName\":\"n\",\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}"));

        var marked = (await Client.DeleteAsync(Pods + "/p")).Expect(HttpStatusCode.OK).Body;
        await Client.DeleteAsync(Pods + "/p", """{"gracePeriodSeconds":0}""");

        Assert.Equal(30, marked["metadata"]!["deletionGracePeriodSeconds"]!.GetValue<int>());
        (await Client.GetAsync(Pods + "/p")).Expect(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_dependents_of_a_deleted_owner_follow()
    {
        var owner = await Client.PostAsync(ConfigMaps, Json("owner"));
        var uid = owner.Body["metadata"]!["uid"]!.GetValue<string>();
        await Client.PostAsync(ConfigMaps, Dependent("dependent", uid));

        await Client.DeleteAsync(ConfigMaps + "/owner", """{"propagationPolicy":"Background"}""");

        (await Client.GetAsync(ConfigMaps + "/owner")).Expect(HttpStatusCode.NotFound);
        (await Client.GetAsync(ConfigMaps + "/dependent")).Expect(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("""{"propagationPolicy":"Foreground"}""")]
    [InlineData("""{"propagationPolicy":"Orphan"}""")]
    [InlineData("""{"orphanDependents":true}""")]
    public async Task Another_deletion_than_in_the_background_is_not_simulated(string options)
    {
        await Client.PostAsync(ConfigMaps, Json("owner"));

        (await Client.DeleteAsync(ConfigMaps + "/owner", options)).Expect(HttpStatusCode.NotImplemented);

        (await Client.GetAsync(ConfigMaps + "/owner")).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_object_whose_only_owner_does_not_exist_is_collected()
    {
        (await Client.PostAsync(ConfigMaps, Dependent("dependent", "no-such-uid"))).Expect(HttpStatusCode.Created);

        (await Client.GetAsync(ConfigMaps + "/dependent")).Expect(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_namespace_takes_its_objects_along_and_waits_for_finalizers()
    {
        await Client.PostAsync("/api/v1/namespaces", Json("team"));
        await Client.PostAsync("/api/v1/namespaces/team/configmaps", Json("plain"));
        await Client.PostAsync("/api/v1/namespaces/team/configmaps", """{"metadata":{"name":"held","finalizers":["x/one"]}}""");

        await Client.DeleteAsync("/api/v1/namespaces/team");

        Assert.Equal("Terminating", (await Client.GetAsync("/api/v1/namespaces/team")).Body["status"]!["phase"]!.GetValue<string>());
        (await Client.GetAsync("/api/v1/namespaces/team/configmaps/plain")).Expect(HttpStatusCode.NotFound);
        (await Client.PostAsync("/api/v1/namespaces/team/configmaps", Json("late"))).Expect(HttpStatusCode.Forbidden);
        await Client.MergePatchAsync("/api/v1/namespaces/team/configmaps/held", """{"metadata":{"finalizers":null}}""");
        (await Client.GetAsync("/api/v1/namespaces/team")).Expect(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_collection_is_deleted_by_selector()
    {
        foreach (var (name, color) in new[] { ("a", "red"), ("b", "red"), ("c", "blue") })
        {
            Server.Store.Create(
                "configmaps",
                new JsonObject
                {
                    ["metadata"] = new JsonObject
                    {
                        ["name"] = name,
                        ["labels"] = new JsonObject { ["color"] = color },
                    },
                }
            );
        }

        (await Client.DeleteAsync(ConfigMaps + "?labelSelector=color%3Dred")).Expect(HttpStatusCode.OK);

        Assert.Equal(1, Server.Store.Count("configmaps"));
    }

    [Fact]
    public void A_deletion_in_process_follows_the_same_rules()
    {
        Server.Store.Create(
            "nodes",
            new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = "n", ["finalizers"] = new JsonArray("x/one") },
            }
        );

        Assert.False(Server.Store.Delete("nodes", "n"));
        Server.Store.Change("nodes", "n", node => node["metadata"]!.AsObject().Remove("finalizers"), WriteOptions.Default);

        Assert.Null(Server.Store.Find("nodes", "n"));
    }

    private static string Dependent(string name, string uid) =>
        $$$"""{"metadata":{"name":"{{{name}}}","ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"owner","uid":"{{{uid}}}"}]}}""";
}
