using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Simulator.Kubernetes;

namespace MultiEni.Simulator.Tests.Kubernetes;

public sealed class WatchTests : ServerFixture
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    protected override KubernetesSimulatorOptions Options =>
        new()
        {
            InstallsProductResources = false,
            TimeProvider = _time,
            HistoryLength = 10,
        };

    [Fact]
    public async Task A_watch_without_a_version_begins_with_what_there_is()
    {
        Create("a");
        Create("b");
        using var watch = await Client.WatchAsync(ConfigMaps + "?watch=true");

        Assert.Equal(["ADDED a", "ADDED b"], await watch.NextAsync(2));
        Change("a", "1");
        Server.Store.Delete("configmaps", "b", "default");
        Assert.Equal(["MODIFIED a", "DELETED b"], await watch.NextAsync(2));
    }

    [Fact]
    public async Task A_watch_from_a_version_tells_all_that_came_after()
    {
        Create("a");
        var version = Server.Store.ResourceVersion;
        Create("b");
        Change("a", "1");

        using var watch = await Client.WatchAsync($"{ConfigMaps}?watch=1&resourceVersion={version}");

        Assert.Equal(["ADDED b", "MODIFIED a"], await watch.NextAsync(2));
    }

    [Fact]
    public async Task A_deletion_carries_the_last_state_under_a_new_version()
    {
        Create("a");
        var before = Server.Store.ResourceVersion;
        using var watch = await Client.WatchAsync($"{ConfigMaps}?watch=true&resourceVersion={before}");

        Server.Store.Delete("configmaps", "a", "default");

        var deleted = await watch.NextAsync();
        Assert.Equal("DELETED", deleted!.Type);
        Assert.Equal((before + 1).ToString(), deleted.Version);
    }

    [Fact]
    public async Task Entering_and_leaving_a_selector_looks_like_birth_and_death()
    {
        Create("a");
        using var watch = await Client.WatchAsync($"{ConfigMaps}?watch=true&labelSelector=color%3Dred");

        Label("a", "red");
        Label("a", "blue");
        Label("a", "red");
        Server.Store.Delete("configmaps", "a", "default");

        Assert.Equal(["ADDED a", "DELETED a", "ADDED a", "DELETED a"], await watch.NextAsync(4));
    }

    [Fact]
    public async Task An_object_that_left_the_selector_is_shown_as_it_was()
    {
        Create("a");
        Label("a", "red");
        using var watch = await Client.WatchAsync($"{ConfigMaps}?watch=true&labelSelector=color%3Dred");
        await watch.NextAsync();

        Label("a", "blue");

        var left = await watch.NextAsync();
        Assert.Equal("DELETED", left!.Type);
        Assert.Equal("red", left.Object["metadata"]!["labels"]!["color"]!.GetValue<string>());
        Assert.Equal(Server.Store.ResourceVersion.ToString(), left.Version);
    }

    [Fact]
    public async Task A_field_selector_tells_one_node_about_its_own_pods_only()
    {
        using var watch = await Client.WatchAsync("/api/v1/pods?watch=true&fieldSelector=spec.nodeName%3Dn1");

        await Client.PostAsync(Pods, Json("other", "\"spec\":{\"nodeName\":\"n2\",\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}"));
        await Client.PostAsync(Pods, Json("pending", Containers));
        (await Client.PostAsync(Pods + "/pending/binding", """{"target":{"name":"n1"}}""")).Expect(HttpStatusCode.Created);

        Assert.Equal(["ADDED pending"], await watch.NextAsync(1));
    }

    [Fact]
    public async Task A_version_older_than_the_history_is_an_event_under_HTTP_200()
    {
        Create("a");
        var version = Server.Store.ResourceVersion;
        for (var index = 0; index < 12; index++)
        {
            Change("a", index.ToString());
        }

        using var watch = await Client.WatchAsync($"{ConfigMaps}?watch=true&resourceVersion={version}");

        var refused = await watch.NextAsync();
        Assert.Equal("ERROR", refused!.Type);
        Assert.Equal("Status", refused.Object["kind"]!.GetValue<string>());
        Assert.Equal("Expired", refused.Object["reason"]!.GetValue<string>());
        Assert.Equal(410, refused.Object["code"]!.GetValue<int>());
        Assert.Null(await watch.NextAsync());
    }

    [Fact]
    public async Task A_compaction_expires_every_earlier_version()
    {
        Create("a");
        var version = Server.Store.ResourceVersion;
        Create("b");
        Server.Faults.CompactHistory();

        using var watch = await Client.WatchAsync($"{ConfigMaps}?watch=true&resourceVersion={version}");

        Assert.Equal("ERROR", (await watch.NextAsync())!.Type);
    }

    [Fact]
    public async Task A_watch_list_ends_its_first_part_with_a_marked_bookmark()
    {
        Create("a");
        using var watch = await Client.WatchAsync(
            ConfigMaps + "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
        );

        Assert.Equal(["ADDED a"], await watch.NextAsync(1));
        var end = await watch.NextAsync();
        Assert.Equal("BOOKMARK", end!.Type);
        Assert.Equal("true", end.Object["metadata"]!["annotations"]!["k8s.io/initial-events-end"]!.GetValue<string>());
        Assert.Equal(Server.Store.ResourceVersion.ToString(), end.Version);
    }

    [Theory]
    [InlineData("resourceVersionMatch=NotOlderThan")]
    [InlineData("sendInitialEvents=true")]
    public async Task A_watch_list_with_one_of_its_two_parameters_is_not_simulated(string query)
    {
        var refused = await Client.GetAsync($"{ConfigMaps}?watch=true&{query}");

        refused.Expect(HttpStatusCode.NotImplemented);
    }

    [Fact]
    public async Task Bookmarks_come_every_minute_to_those_who_asked()
    {
        using var watch = await Client.WatchAsync(ConfigMaps + "?watch=true&allowWatchBookmarks=true");
        await Client.PostAsync(Nodes, Json("elsewhere"));

        _time.Advance(TimeSpan.FromMinutes(1));

        var bookmark = await watch.NextAsync();
        Assert.Equal("BOOKMARK", bookmark!.Type);
        Assert.Equal("ConfigMap", bookmark.Object["kind"]!.GetValue<string>());
        Assert.Equal(Server.Store.ResourceVersion.ToString(), bookmark.Version);
    }

    [Fact]
    public async Task A_watch_ends_in_order_at_its_timeout()
    {
        using var watch = await Client.WatchAsync(ConfigMaps + "?watch=true&timeoutSeconds=5");

        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Null(await watch.NextAsync());
    }

    [Fact]
    public async Task A_watch_with_the_value_false_is_a_list()
    {
        var list = await Client.GetAsync(ConfigMaps + "?watch=false");

        Assert.Equal("ConfigMapList", list.Body["kind"]!.GetValue<string>());
    }

    [Fact]
    public async Task Dropped_watches_are_cut()
    {
        using var watch = await Client.WatchAsync(ConfigMaps + "?watch=true");

        Assert.Equal(1, Server.Faults.DropWatches());

        await Assert.ThrowsAnyAsync<IOException>(watch.NextAsync);
        Assert.Equal(0, Server.Faults.OpenWatches);
    }

    private void Create(string name) => Server.Store.Create("configmaps", new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } });

    private void Change(string name, string value) =>
        Server.Store.MergePatch("configmaps", name, new JsonObject { ["data"] = new JsonObject { ["x"] = value } });

    private void Label(string name, string color) =>
        Server.Store.MergePatch(
            "configmaps",
            name,
            new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["color"] = color } } }
        );
}
