using CsCheck;
using MultiEni.Controller.Attachments.Admission;

namespace MultiEni.Controller.Tests.Attachments.Admission;

public sealed class NodeTurnsTests
{
    private readonly NodeTurns _turns = new();

    [Fact]
    public void A_node_gets_all_of_its_ENIs_before_the_next_one_gets_its_first()
    {
        // Two NodeENIs were planned one after the other, each over all nodes.
        Add("a", "n1", "n2", "n3");
        Add("b", "n1", "n2", "n3");

        Assert.Equal(["a@n1", "b@n1", "a@n2", "b@n2", "a@n3", "b@n3"], Drain());
    }

    [Fact]
    public void A_NodeENI_with_one_node_does_not_wait_for_one_with_thousands()
    {
        Add("large", [.. Enumerable.Range(0, 1000).Select(i => $"n{i}")]);
        Add("small", "m");

        Assert.Equal(["large@n0", "small@m", "large@n1"], Drain().Take(3));
    }

    [Fact]
    public void What_is_begun_comes_first()
    {
        Add("a", "n1", "n2");
        _turns.Add(new Waiter("a@n9", "n9", "a", IsBegun: true));

        Assert.Equal(["a@n9", "a@n1", "a@n2"], Drain());
    }

    [Fact]
    public void One_that_comes_while_its_node_has_the_turn_need_not_wait_for_another_turn()
    {
        Add("a", "n1", "n2");
        Assert.Equal("a@n1", _turns.Next()?.Name);
        Add("b", "n1");

        Assert.Equal(["b@n1", "a@n2"], Drain());
    }

    [Fact]
    public void Everybody_gets_a_turn_once() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 5], Gen.Bool, Gen.Bool)
            .Array[0, 60]
            .Sample(steps =>
            {
                var turns = new NodeTurns();
                var (added, taken) = (0, new List<string>());
                foreach (var (party, node, begun, takes) in steps)
                {
                    turns.Add(new Waiter($"{added++}", $"n{node}", $"p{party}", begun));
                    if (takes && turns.Next() is { } early)
                    {
                        taken.Add(early.Name);
                    }
                }

                while (turns.Next() is { } next)
                {
                    taken.Add(next.Name);
                }

                return turns.Count == 0 && taken.Count == added && taken.Distinct().Count() == added;
            });

    private void Add(string party, params string[] nodes)
    {
        foreach (var node in nodes)
        {
            _turns.Add(new Waiter($"{party}@{node}", node, party, IsBegun: false));
        }
    }

    private List<string> Drain()
    {
        var names = new List<string>();
        while (_turns.Next() is { } next)
        {
            names.Add(next.Name);
        }

        return names;
    }
}
