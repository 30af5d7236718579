using MultiEni.Controller.NodeEnis;
using MultiEni.Controller.Summary;

namespace MultiEni.Controller.Tests.NodeEnis;

public sealed class PlanOutcomesTests
{
    [Fact]
    public void A_NodeENI_is_not_told_the_plan_of_its_predecessor_of_the_same_name()
    {
        var told = new List<string>();
        var outcomes = new PlanOutcomes(told.Add);
        var (first, second) = (A.NodeEni("a"), A.NodeEni("a"));
        second.Metadata.Uid = "uid-of-the-successor";
        var plan = PlanOutcome.OfNothing(generation: 7);

        outcomes.Remember(first, plan);

        Assert.Equal(["a"], told);
        Assert.Same(plan, outcomes.Find("a", first.Metadata.Uid));
        Assert.Null(outcomes.Find("a", second.Metadata.Uid));
    }
}
