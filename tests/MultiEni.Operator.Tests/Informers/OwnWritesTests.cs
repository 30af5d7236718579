using CsCheck;
using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Informers;

namespace MultiEni.Operator.Tests.Informers;

public sealed class OwnWritesTests
{
    private readonly ObjectStore<Node> _store = new("nodes", null);

    [Fact]
    public void A_write_is_seen_at_once_and_no_older_event_takes_it_back()
    {
        _store.Replace([TestNodes.Node("a", "5")], "5");
        _store.Wrote(TestNodes.Node("a", "8"));
        Assert.Equal("8", Version("a"));

        _store.See(TestNodes.Node("a", "7"), isDeletion: false);
        Assert.Equal("8", Version("a"));

        _store.See(TestNodes.Node("a", "8"), isDeletion: false);
        _store.See(TestNodes.Node("a", "9"), isDeletion: false);
        Assert.Equal("9", Version("a"));
    }

    [Fact]
    public void An_answer_that_comes_after_its_event_changes_nothing()
    {
        _store.Replace([TestNodes.Node("a", "5")], "5");
        _store.See(TestNodes.Node("a", "9"), isDeletion: false);
        _store.Reach("9");
        _store.Wrote(TestNodes.Node("a", "8"));
        Assert.Equal("9", Version("a"));

        _store.See(TestNodes.Node("a", "10"), isDeletion: true);
        _store.Reach("10");
        _store.Wrote(TestNodes.Node("a", "9"));
        Assert.Null(Version("a"));
    }

    [Fact]
    public void The_write_that_ends_an_object_removes_it_and_its_own_older_events_do_not_bring_it_back()
    {
        _store.Replace([TestNodes.Node("a", "5")], "5");
        _store.Wrote(Ended("a", "7"));
        Assert.Null(Version("a"));

        _store.See(TestNodes.Node("a", "6"), isDeletion: false);
        _store.See(TestNodes.Node("a", "7"), isDeletion: false);
        Assert.Null(Version("a"));

        _store.See(TestNodes.Node("a", "8"), isDeletion: true);
        _store.See(TestNodes.Node("a", "9", uid: "another"), isDeletion: false);
        Assert.Equal("9", Version("a"));
    }

    [Fact]
    public void What_the_server_said_is_gone_stays_gone_and_its_successor_does_not()
    {
        _store.Replace([TestNodes.Node("a", "5")], "5");
        _store.Gone(TestNodes.Node("a", "5"));
        _store.See(TestNodes.Node("a", "6"), isDeletion: false);
        Assert.Null(Version("a"));

        _store.Wrote(TestNodes.Node("a", "8", uid: "another"));
        _store.See(TestNodes.Node("a", "7"), isDeletion: true);
        Assert.Equal("8", Version("a"));
    }

    [Fact]
    public void A_list_shows_what_was_written_before_it_and_keeps_what_was_written_while_it_was_read()
    {
        _store.Replace([TestNodes.Node("a", "5"), TestNodes.Node("b", "5")], "5");
        _store.Wrote(TestNodes.Node("a", "90"));

        // A database that was restored from a backup counts from an earlier version again.
        _store.BeginList();
        _store.Wrote(TestNodes.Node("b", "91"));
        _store.Wrote(TestNodes.Node("c", "92"));
        _store.Replace([TestNodes.Node("a", "6"), TestNodes.Node("b", "7")], "7");

        Assert.Equal(("6", "91", "92"), (Version("a"), Version("b"), Version("c")));
    }

    [Fact]
    public void A_subscriber_that_fails_on_an_own_write_ends_the_informer_and_not_the_write()
    {
        _store.Replace([TestNodes.Node("a", "5")], "5");
        using var subscription = _store.Subscribe(change => _ = change is ObjectChange<Node>.Added ? "" : throw new FormatException("a bug"));

        _store.Wrote(TestNodes.Node("a", "8"));
        Assert.Equal("8", Version("a"));

        var failure = Assert.Throws<ConsumerFailedException>(() => _store.See(TestNodes.Node("a", "7"), isDeletion: false));
        Assert.IsType<FormatException>(failure.InnerException);
        Assert.Throws<ConsumerFailedException>(() => _store.Reach("7"));
        Assert.Throws<ConsumerFailedException>(() => _store.Replace([], "9"));
    }

    [Fact]
    public void A_list_does_not_bring_back_what_was_written_and_deleted_while_it_was_read()
    {
        _store.Replace([TestNodes.Node("a", "5")], "5");

        _store.BeginList();
        _store.Wrote(TestNodes.Node("a", "100"));
        _store.Wrote(TestNodes.Node("b", "106"));
        _store.Replace([], "105");

        Assert.Equal((null, "106"), (Version("a"), Version("b")));
    }

    [Fact]
    public void What_is_gone_is_not_brought_back_by_a_list_from_before_its_deletion()
    {
        _store.Replace([TestNodes.Node("a", "5")], "5");

        _store.BeginList();
        _store.Gone(TestNodes.Node("a", "5"));
        _store.Replace([TestNodes.Node("a", "5")], "7");

        Assert.Null(Version("a"));
    }

    [Fact]
    public void Whatever_the_delay_the_cache_never_goes_back_and_ends_where_the_server_is()
    {
        // A history of one object; when its watch events and the answers to its writes arrive is up
        // to chance, each in its own order.
        Gen.Select(Gen.Int[1, 12], Gen.Bool.List[40], Gen.Bool.List[12])
            .Sample(
                (length, turns, ours) =>
                {
                    var cache = new ObjectStore<Node>("nodes", null);
                    cache.Replace([TestNodes.Node("a", "100")], "100");
                    var events = new Queue<int>(Enumerable.Range(101, length));
                    var answers = new Queue<int>(Enumerable.Range(101, length).Where((_, i) => ours[i]));
                    var newest = 100;
                    foreach (var isAnswer in turns.Concat(Enumerable.Repeat(false, length)).Concat(Enumerable.Repeat(true, length)))
                    {
                        var queue = isAnswer ? answers : events;
                        if (!queue.TryDequeue(out var version))
                        {
                            continue;
                        }

                        if (isAnswer)
                        {
                            cache.Wrote(TestNodes.Node("a", $"{version}"));
                        }
                        else
                        {
                            cache.See(TestNodes.Node("a", $"{version}"), isDeletion: false);
                            cache.Reach($"{version}");
                        }

                        newest = Math.Max(newest, version);
                        Assert.Equal($"{newest}", cache.Get(ObjectKey.Cluster("a"))!.Metadata.ResourceVersion);
                    }

                    Assert.Equal(100 + length, newest);
                }
            );
    }

    private string? Version(string name) => _store.Get(ObjectKey.Cluster(name))?.Metadata.ResourceVersion;

    private static Node Ended(string name, string version)
    {
        var node = TestNodes.Node(name, version);
        node.Metadata.DeletionTimestamp = DateTimeOffset.UnixEpoch;
        return node;
    }
}
