using MultiEni.Controller.NodeEnis;
using MultiEni.Controller.Summary;

namespace MultiEni.Controller.Tests.NodeEnis;

public sealed class PlanOutcomesTests
{
    [Fact]
    public void The_plan_of_a_predecessor_of_the_same_name_does_not_count()
    {
        var changed = new List<string>();
        var outcomes = new PlanOutcomes();
        using var changes = outcomes.Changes.Subscribe(changed.Add);
        var (first, second) = (A.NodeEni("a"), A.NodeEni("a"));
        second.Metadata.Uid = "uid-of-the-successor";
        var plan = PlanOutcome.OfNothing(generation: 7);

        outcomes.Remember(first, plan);

        Assert.Equal(["a"], changed);
        Assert.Same(plan, outcomes.Find("a", first.Metadata.Uid));
        Assert.Null(outcomes.Find("a", second.Metadata.Uid));
    }
}
