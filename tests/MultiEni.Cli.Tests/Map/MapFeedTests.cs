using System.Text;
using MultiEni.Cli.Map;

namespace MultiEni.Cli.Tests.Map;

/// <summary>Readers of the map are told of what changed, and of the newest state only.</summary>
public sealed class MapFeedTests
{
    private readonly MapFeed _feed = new();

    [Fact]
    public void A_new_reader_is_told_of_everything()
    {
        _feed.Set(Note("a", "1"));
        _feed.Set(Note("b", "1"));

        using var reader = _feed.Subscribe();

        Assert.Equal(["a=1", "b=1"], Told(reader.Take(10)));
    }

    [Fact]
    public async Task A_slow_reader_is_told_of_the_newest_state_once()
    {
        using var reader = Rested();
        _feed.Set(Note("a", "1"));
        _feed.Set(Note("a", "2"));
        _feed.Set(Note("b", "1"));
        _feed.Remove("note/b");

        await reader.WaitAsync(TestContext.Current.CancellationToken);
        var changes = reader.Take(10);

        Assert.Equal(["a=2"], Told(changes));
        Assert.Equal(["note/b"], changes.Gone);
    }

    [Fact]
    public void What_says_the_same_as_before_is_nothing_new()
    {
        _feed.Set(Note("a", "1"));
        using var reader = Rested();

        _feed.Set(Note("a", "1"));
        _feed.Remove("note/never-was");

        Assert.False(reader.WaitAsync(TestContext.Current.CancellationToken).IsCompleted);
        Assert.Empty(reader.Take(10).Set);
    }

    [Fact]
    public async Task Much_is_told_in_parts()
    {
        using var reader = Rested();
        for (var number = 0; number < 5; number++)
        {
            _feed.Set(Note($"{number}", "1"));
        }

        var first = reader.Take(3);
        await reader.WaitAsync(TestContext.Current.CancellationToken);
        var second = reader.Take(3);

        Assert.Equal((3, true), (first.Set.Count, first.HasMore));
        Assert.Equal((2, false), (second.Set.Count, second.HasMore));
        Assert.False(reader.WaitAsync(TestContext.Current.CancellationToken).IsCompleted);
    }

    [Fact]
    public void All_of_a_kind_can_go_and_others_stay()
    {
        _feed.Set(Note("a", "1"));
        _feed.Set(new MapBudget("a", 1, 1, 0));
        using var reader = Rested();

        _feed.RemoveAll<MapBudget>();

        Assert.Equal(["budget/a"], reader.Take(10).Gone);
        using var second = _feed.Subscribe();
        Assert.Equal(["a=1"], Told(second.Take(10)));
    }

    private MapSubscription Rested()
    {
        var reader = _feed.Subscribe();
        reader.Take(int.MaxValue);
        return reader;
    }

    private static MapNote Note(string id, string text) => new(id, text);

    private static IEnumerable<string> Told(MapChanges changes) =>
        changes
            .Set.Select(json => System.Text.Json.Nodes.JsonNode.Parse(Encoding.UTF8.GetString(json))!)
            .Select(item => $"{item["id"]}={item["text"]}");
}
