using MultiEni.Api.NodeEnis;
using MultiEni.Cli.Sweep;
using MultiEni.Controller.Ec2;

namespace MultiEni.Cli.Tests.Sweep;

public class SweepPlanTests
{
    [Fact]
    public void Only_what_nobody_wants_and_no_instance_has_is_leaked()
    {
        var plan = SweepPlan.Decide(
            [Row("eni-1", "wanted"), Row("eni-2", "gone"), Row("eni-3", "gone2", "i-1"), Row("eni-4", null)],
            InUse("wanted"),
            DateTimeOffset.UnixEpoch
        );

        Assert.Equal(["eni-2"], plan.Leaked.Select(row => row.EniId));
        Assert.Equal(["eni-3"], plan.StillAttached.Select(row => row.EniId));
    }

    [Fact]
    public void What_a_launch_template_made_is_listed_apart_and_is_not_deleted()
    {
        EniRow[] rows = [Adopted("eni-1", "gone"), Adopted("eni-2", "gone2", "i-1"), Adopted("eni-3", "wanted", "i-1")];

        var plan = SweepPlan.Decide(rows, InUse("wanted"), DateTimeOffset.UnixEpoch);

        Assert.Empty(plan.Leaked);
        Assert.Empty(plan.StillAttached);
        Assert.Equal(["eni-1", "eni-2"], plan.Adopted.Select(row => row.EniId));

        static EniRow Adopted(string id, string slot, string? instance = null) =>
            Row(id, slot, instance) with
            {
                Tags = new Dictionary<string, string> { [EniTags.Slot] = slot, [EniTags.Adopted] = "true" },
            };
    }

    [Fact]
    public void What_somebody_wants_by_the_second_look_is_spared()
    {
        var rows = new[] { Row("eni-1", "one"), Row("eni-2", "two") };
        var first = SweepPlan.Decide(rows, InUse(), DateTimeOffset.UnixEpoch);

        var second = SweepPlan.Decide(rows, InUse("two"), DateTimeOffset.UnixEpoch);

        Assert.Equal(["eni-1"], first.Confirmed(second).Select(row => row.EniId));
    }

    [Fact]
    public void However_many_there_are_all_are_shown()
    {
        var rows = Enumerable.Range(0, 500).Select(index => Row($"eni-{index}", $"slot-{index}")).ToList();

        Assert.Equal(500, SweepPlan.Decide(rows, InUse(), DateTimeOffset.UnixEpoch).Leaked.Count);
    }

    [Fact]
    public void What_a_NodeENI_retains_is_not_leaked()
    {
        var rows = new[]
        {
            Of(Row("eni-1", "a"), "kept"),
            Of(Row("eni-2", "b"), "plain"),
            Of(Row("eni-3", "c"), "gone"),
            Of(Row("eni-4", "d"), "plain"),
        };
        var inUse = EnisInUse.Of(
            [
                new()
                {
                    Metadata = new() { Name = "other" },
                    Spec = new() { RetainedEni = "eni-4" },
                },
            ],
            [
                new()
                {
                    Metadata = new() { Name = "kept" },
                    Spec = new() { RetainPolicy = RetainPolicies.Retain },
                },
                new()
                {
                    Metadata = new() { Name = "plain" },
                    Spec = new(),
                },
            ]
        );

        Assert.Equal(["eni-2", "eni-3"], SweepPlan.Decide(rows, inUse, DateTimeOffset.UnixEpoch).Leaked.Select(row => row.EniId));

        static EniRow Of(EniRow row, string nodeEni) => row with { Tags = new Dictionary<string, string>(row.Tags) { [EniTags.NodeEni] = nodeEni } };
    }

    private static EnisInUse InUse(params string[] slots) => new(slots.ToHashSet(), _ => false);

    private static EniRow Row(string id, string? slot, string? instance = null) =>
        new(
            id,
            instance is null ? EniStates.Available : EniStates.InUse,
            "subnet-1",
            "us-east-1a",
            "",
            [],
            [],
            [],
            [],
            true,
            "",
            slot is null ? new Dictionary<string, string>() : new Dictionary<string, string> { [EniTags.Slot] = slot },
            instance is null ? null : new EniAttachmentRow("eni-attach-1", instance, 1, 0, EniStates.Attached, true, null)
        );
}
