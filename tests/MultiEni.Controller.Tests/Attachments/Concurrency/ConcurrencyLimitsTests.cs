using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Attachments;
using MultiEni.Controller.Attachments.Concurrency;
using MultiEni.Controller.Tests.Ec2;

namespace MultiEni.Controller.Tests.Attachments.Concurrency;

public sealed class ConcurrencyLimitsTests
{
    private readonly List<string> _admitted = [];

    [Fact]
    public void Only_so_many_are_in_at_once_and_the_next_is_admitted_when_one_leaves()
    {
        var line = new ConcurrencyLimit(2, _admitted.Add);
        Assert.Equal([true, true, false], new[] { "a", "b", "c" }.Select(name => line.TryEnter(Waiting(name))));
        Assert.Equal(1, line.Waiting);

        line.Leave("a");

        Assert.Equal(["c"], _admitted);
        Assert.True(line.TryEnter(Waiting("c")));
        Assert.False(line.TryEnter(Waiting("d")));
    }

    [Fact]
    public void One_that_asks_again_while_it_waits_has_one_place_only()
    {
        var line = new ConcurrencyLimit(1, _admitted.Add);
        line.TryEnter(Waiting("a"));
        Assert.False(line.TryEnter(Waiting("b")));
        Assert.False(line.TryEnter(Waiting("b")));
        Assert.Equal(1, line.Waiting);
    }

    [Fact]
    public void One_that_waits_cannot_give_up_the_place_of_another()
    {
        var line = new ConcurrencyLimit(1, _admitted.Add);
        line.TryEnter(Waiting("a"));
        line.TryEnter(Waiting("b"));

        line.Leave("b");

        Assert.Empty(_admitted);
        Assert.False(line.TryEnter(Waiting("c")));
    }

    [Fact]
    public void A_hundred_ENIs_at_most_are_created_and_not_attached()
    {
        var limits = new ConcurrencyLimits(cleanups: 1, _admitted.Add);
        var inside = Enumerable.Range(0, 300).Count(i => limits.TryEnter(new EniStep.Create(1, 2), Attachment($"a{i}")));

        Assert.Equal(100, inside);
    }

    [Fact]
    public void Changes_that_nobody_waits_for_do_not_keep_ENIs_from_being_created()
    {
        var limits = new ConcurrencyLimits(cleanups: 1, _admitted.Add);
        for (var i = 0; i < 300; i++)
        {
            limits.TryEnter(new EniStep.SetDeleteOnTermination(Rows.Available($"eni-{i}", "slot"), Enabled: true), Attachment($"a{i}"));
            limits.TryEnter(new EniStep.Delete(Rows.Available($"eni-{i}", "slot")), Attachment($"b{i}"));
        }

        Assert.True(limits.TryEnter(new EniStep.Create(1, 2), Attachment("new")));
    }

    [Fact]
    public void The_source_dest_check_does_not_stand_in_line_with_changes_that_nobody_waits_for()
    {
        var limits = new ConcurrencyLimits(cleanups: 1, _admitted.Add);
        for (var i = 0; i < 100; i++)
        {
            limits.TryEnter(new EniStep.SetDeleteOnTermination(Rows.Available($"eni-{i}", "slot"), Enabled: true), Attachment($"a{i}"));
        }

        Assert.False(limits.TryEnter(new EniStep.SetDeleteOnTermination(Rows.Available("eni-1", "slot"), Enabled: true), Attachment("late")));
        Assert.True(limits.TryEnter(new EniStep.SetSourceDestCheck(Rows.Available("eni-1", "slot"), Enabled: false), Attachment("late")));
    }

    [Fact]
    public void ENIs_that_are_adopted_and_ENIs_that_are_created_do_not_wait_for_each_other()
    {
        var limits = new ConcurrencyLimits(cleanups: 1, _admitted.Add);
        for (var i = 0; i < 300; i++)
        {
            limits.TryEnter(new EniStep.Adopt(Rows.Available($"eni-{i}", "slot")), Attachment($"a{i}"));
        }

        Assert.True(limits.TryEnter(new EniStep.Create(1, 2), Attachment("new")));
    }

    private static EniAttachment Attachment(string name) =>
        new()
        {
            Metadata = new() { Name = name },
            Spec = new()
            {
                NodeEniRef = new() { Name = "nodeeni", Uid = "uid" },
                NodeName = "node",
                InstanceId = "i-1",
                Slot = "slot",
                SubnetId = "subnet-1",
                Device = new(),
            },
        };

    private static Waiter Waiting(string name) => new(name, "node", "nodeeni", IsBegun: false);
}
