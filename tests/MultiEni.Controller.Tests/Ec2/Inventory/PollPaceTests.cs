using MultiEni.Controller.Ec2.Inventory;

namespace MultiEni.Controller.Tests.Ec2.Inventory;

public sealed class PollPaceTests
{
    [Fact]
    public void An_ENI_on_its_way_is_looked_at_soon_and_then_less_and_less_often()
    {
        var pace = new PollPace(TimeSpan.FromSeconds(0.25), TimeSpan.FromSeconds(2));

        Assert.Equal([0.25, 0.5, 1, 2, 2], Enumerable.Range(0, 5).Select(_ => pace.Next().TotalSeconds));
        pace.Rest();
        Assert.Equal(0.25, pace.Next().TotalSeconds);
    }
}
