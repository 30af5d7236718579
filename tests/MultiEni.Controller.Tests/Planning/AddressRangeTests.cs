using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Tests.Planning;

/// <summary>Ranges with and without host bits.</summary>
public sealed class AddressRangeTests
{
    [Theory]
    [InlineData("10.20.1.50/28", "10.20.1.48/28")]
    [InlineData("10.20.1.48/28", "10.20.1.48/28")]
    [InlineData("10.20.1.50/32", "10.20.1.50/32")]
    [InlineData("10.20.1.50/0", "0.0.0.0/0")]
    [InlineData("fd00::1:2/112", "fd00::1:0/112")]
    [InlineData("10.20.1.50", "10.20.1.50")]
    [InlineData("10.20.1.50/33", "10.20.1.50/33")]
    [InlineData("nonsense/8", "nonsense/8")]
    public void Bits_of_the_host_are_left_out(string written, string meant) => Assert.Equal(meant, AddressRange.Masked(written));

    [Fact]
    public void Attachments_have_the_ranges_that_are_meant()
    {
        var nodeEni = A.NodeEni();
        nodeEni.Spec!.PodAddresses = new() { FixedCidrs = ["10.20.1.50/28"] };
        var plan = Planner.Plan(A.PlanInput(nodeEni, [A.Node("a", "i-1")], A.Network(A.Subnet("subnet-a1"))));
        Assert.Equal(["10.20.1.48/28"], plan.Apply[0].Spec!.PodAddresses!.FixedCidrs);
    }
}
