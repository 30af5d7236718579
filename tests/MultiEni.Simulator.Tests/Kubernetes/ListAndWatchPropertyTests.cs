using System.Text.Json.Nodes;
using CsCheck;

namespace MultiEni.Simulator.Tests.Kubernetes;

public sealed class ListAndWatchPropertyTests : ServerFixture
{
    private enum Act
    {
        Create,
        Label,
        Delete,
    }

    [Fact]
    public async Task Replaying_a_list_and_the_watch_after_it_gives_what_is_stored()
    {
        var acts = Gen.Select(Gen.Enum<Act>(), Gen.Int[0, 5], Gen.Bool).Array[1, 40];
        await Gen.Select(acts, acts).SampleAsync(ReplayAsync, iter: 30, threads: 1);
    }

    private async Task ReplayAsync((Act Act, int Which, bool IsRed)[] beforeList, (Act Act, int Which, bool IsRed)[] afterList)
    {
        Play(beforeList);
        var list = await Client.GetAsync(ConfigMaps + "?labelSelector=color%3Dred");
        var seen = list.Body["items"]!.AsArray().ToDictionary(NameOf!, Text!, StringComparer.Ordinal);
        using var watch = await Client.WatchAsync($"{ConfigMaps}?watch=true&labelSelector=color%3Dred&resourceVersion={list.Version}");
        Play(afterList);
        // A failing run leaves its end behind, and the smaller runs that follow need their own.
        var end = $"end-{Server.Store.ResourceVersion}";
        Server.Store.Create("configmaps", ConfigMap(end, isRed: true));

        while (await watch.NextAsync() is { } change && change.Name != end)
        {
            Assert.Equal(change.Type == "ADDED", !seen.ContainsKey(change.Name));
            seen.Remove(change.Name);
            if (change.Type != "DELETED")
            {
                seen[change.Name] = Text(change.Object);
            }
        }

        Server.Store.Delete("configmaps", end);
        var stored = Server.Store.List("configmaps", labels: "color=red").ToDictionary(NameOf, Text, StringComparer.Ordinal);
        Assert.Equal(stored.OrderBy(static item => item.Key, StringComparer.Ordinal), seen.OrderBy(static item => item.Key, StringComparer.Ordinal));
    }

    private void Play((Act Act, int Which, bool IsRed)[] acts)
    {
        foreach (var (act, which, isRed) in acts)
        {
            var name = $"c{which}";
            var exists = Server.Store.Find("configmaps", name) is not null;
            switch (act)
            {
                case Act.Create when !exists:
                    Server.Store.Create("configmaps", ConfigMap(name, isRed));
                    break;
                case Act.Label when exists:
                    Server.Store.Update("configmaps", ConfigMap(name, isRed));
                    break;
                case Act.Delete when exists:
                    Server.Store.Delete("configmaps", name);
                    break;
                default:
                    break;
            }
        }
    }

    // A list says of what its objects are, they do not.
    private static string Text(JsonNode item) => item["metadata"]!.ToJsonString();

    private static string NameOf(JsonNode item) => item["metadata"]!["name"]!.GetValue<string>();

    private static JsonObject ConfigMap(string name, bool isRed) =>
        new()
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["labels"] = new JsonObject { ["color"] = isRed ? "red" : "blue" },
            },
        };
}
