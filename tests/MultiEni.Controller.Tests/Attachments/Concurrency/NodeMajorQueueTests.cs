using CsCheck;
using MultiEni.Controller.Attachments.Concurrency;

namespace MultiEni.Controller.Tests.Attachments.Concurrency;

public sealed class NodeMajorQueueTests
{
    private readonly NodeMajorQueue _waiting = new();

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
        _waiting.Add(new Waiter("a@n9", "n9", "a", IsBegun: true));

        Assert.Equal(["a@n9", "a@n1", "a@n2"], Drain());
    }

    [Fact]
    public void A_waiter_of_the_current_node_comes_out_before_the_next_node()
    {
        Add("a", "n1", "n2");
        Assert.Equal("a@n1", _waiting.Next()?.Name);
        Add("b", "n1");

        Assert.Equal(["b@n1", "a@n2"], Drain());
    }

    [Fact]
    public void Every_waiter_comes_out_once() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 5], Gen.Bool, Gen.Bool)
            .Array[0, 60]
            .Sample(steps =>
            {
                var queue = new NodeMajorQueue();
                var (added, taken) = (0, new List<string>());
                foreach (var (flow, node, begun, takes) in steps)
                {
                    queue.Add(new Waiter($"{added++}", $"n{node}", $"p{flow}", begun));
                    if (takes && queue.Next() is { } early)
                    {
                        taken.Add(early.Name);
                    }
                }

                while (queue.Next() is { } next)
                {
                    taken.Add(next.Name);
                }

                return queue.Count == 0 && taken.Count == added && taken.Distinct().Count() == added;
            });

    private void Add(string flow, params string[] nodes)
    {
        foreach (var node in nodes)
        {
            _waiting.Add(new Waiter($"{flow}@{node}", node, flow, IsBegun: false));
        }
    }

    private List<string> Drain()
    {
        var names = new List<string>();
        while (_waiting.Next() is { } next)
        {
            names.Add(next.Name);
        }

        return names;
    }
}
