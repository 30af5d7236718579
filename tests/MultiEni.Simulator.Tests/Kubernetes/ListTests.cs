using System.Net;
using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Tests.Kubernetes;

public sealed class ListTests : ServerFixture
{
    [Theory]
    [InlineData("color=red", "a b")]
    [InlineData("color==red,size=big", "a")]
    [InlineData("color!=red", "c d")]
    [InlineData("color in (red, blue)", "a b c")]
    [InlineData("color notin (red)", "c d")]
    [InlineData("color", "a b c")]
    [InlineData("!color", "d")]
    [InlineData("size=", "b")]
    public async Task Labels_select(string selector, string names)
    {
        Create("a", "color", "red", "size", "big");
        Create("b", "color", "red", "size", "");
        Create("c", "color", "blue");
        Create("d");

        var list = await Client.GetAsync($"{ConfigMaps}?labelSelector={Uri.EscapeDataString(selector)}");

        Assert.Equal(names, Names(list.Expect(HttpStatusCode.OK)));
    }

    [Theory]
    [InlineData("spec.nodeName=n1", "a b")]
    [InlineData("spec.nodeName!=n1", "c")]
    [InlineData("metadata.name=b", "b")]
    [InlineData("metadata.namespace=default,spec.nodeName=n2", "c")]
    [InlineData("metadata.namespace=other", "")]
    public async Task Fields_select(string selector, string names)
    {
        foreach (var (name, node) in new[] { ("a", "n1"), ("b", "n1"), ("c", "n2") })
        {
            await Client.PostAsync(Pods, Json(name, $$"""  "spec":{"nodeName":"{{node}}","containers":[{"name":"c","image":"i"}]} """));
        }

        var list = await Client.GetAsync($"{Pods}?fieldSelector={Uri.EscapeDataString(selector)}");

        Assert.Equal(names, Names(list.Expect(HttpStatusCode.OK)));
    }

    [Fact]
    public async Task A_selector_that_cannot_be_is_refused()
    {
        var unknown = (await Client.GetAsync($"{Pods}?fieldSelector=spec.colour%3Dred")).Expect(HttpStatusCode.BadRequest);
        var malformed = (await Client.GetAsync($"{Pods}?labelSelector=a%20b%20c")).Expect(HttpStatusCode.NotImplemented);

        Assert.Equal("field label not supported: spec.colour", unknown.Message);
        Assert.Contains("what is wrong with the label selector a b c", malformed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_show_one_version_whatever_happens_between_them()
    {
        for (var index = 0; index < 5; index++)
        {
            Create($"c{index}");
        }

        var first = await Client.GetAsync(ConfigMaps + "?limit=2");
        Server.Store.Delete("configmaps", "c3", "default");
        Create("c9");
        var second = await Client.GetAsync($"{ConfigMaps}?limit=2&continue={Token(first)}");
        var third = await Client.GetAsync($"{ConfigMaps}?limit=2&continue={Token(second)}");

        Assert.Equal(["c0 c1", "c2 c3", "c4"], [Names(first), Names(second), Names(third)]);
        Assert.Equal(3, first.Body["metadata"]!["remainingItemCount"]!.GetValue<int>());
        Assert.Equal(first.Version, third.Version);
        Assert.Null(third.Body["metadata"]!["continue"]);
    }

    [Fact]
    public async Task A_page_after_a_compaction_is_expired()
    {
        Create("a");
        Create("b");
        var first = await Client.GetAsync(ConfigMaps + "?limit=1");
        Create("c");

        Server.Faults.CompactHistory();

        var refused = await Client.GetAsync($"{ConfigMaps}?limit=1&continue={Token(first)}");
        Assert.Equal("Expired", refused.Expect(HttpStatusCode.Gone).Reason);
    }

    [Fact]
    public async Task A_version_of_the_future_is_too_large()
    {
        var refused = await Client.GetAsync(ConfigMaps + "?resourceVersion=999999");

        Assert.Equal("Timeout", refused.Expect(HttpStatusCode.GatewayTimeout).Reason);
        Assert.StartsWith("Timeout: Too large resource version: 999999, current: ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Twenty_thousand_objects_come_in_one_list()
    {
        for (var index = 0; index < 20_000; index++)
        {
            Create($"c{index:D5}");
        }

        var list = await Client.GetAsync(ConfigMaps);

        Assert.Equal(20_000, list.Body["items"]!.AsArray().Count);
    }

    private static string Token(ApiAnswer page) => Uri.EscapeDataString(page.Body["metadata"]!["continue"]!.GetValue<string>());

    private static string Names(ApiAnswer list) =>
        string.Join(' ', list.Body["items"]!.AsArray().Select(item => item!["metadata"]!["name"]!.GetValue<string>()));

    private void Create(string name, params string[] labels)
    {
        var set = new JsonObject();
        for (var index = 0; index < labels.Length; index += 2)
        {
            set[labels[index]] = labels[index + 1];
        }

        Server.Store.Create(
            "configmaps",
            new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = set },
            }
        );
    }
}
