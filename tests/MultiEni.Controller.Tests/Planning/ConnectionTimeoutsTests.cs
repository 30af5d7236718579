using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Tests.Planning;

public sealed class ConnectionTimeoutsTests
{
    public static TheoryData<string?, string, bool> Comparisons =>
        new()
        {
            // What EC2 shows, what is wanted, whether the ENI has it.
            { null, "-/-/-", true },
            { "350/-/-", "-/-/-", true },
            { null, "350/-/-", false },
            { "350/-/-", "350/-/-", true },
            { "350/180/30", "350/-/-", true },
            { "350/180/30", "351/-/-", false },
            { "350/-/-", "350/180/-", false },
            { "350/180/30", "350/180/31", false },
        };

    [Theory]
    [MemberData(nameof(Comparisons))]
    public void What_is_not_wanted_is_as_EC2_has_it(string? actual, string wanted, bool same) =>
        Assert.Equal(same, ConnectionTimeouts.AreIn(Spec(actual), Spec(wanted)!));

    public static TheoryData<string?, string?, bool> Changes =>
        new()
        {
            { null, null, true },
            { null, "350/-/-", true },
            { "350/-/-", "400/180/30", true },
            { "350/180/30", "350/180/-", false },
            { "350/180/-", "350/-/30", false },
            { "350/-/-", null, false },
        };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_timeout_can_change_in_place_and_not_be_given_up(string? present, string? wanted, bool inPlace)
    {
        Assert.Equal(inPlace, ConnectionTimeouts.CanBecome(Spec(present), Spec(wanted)));

        var network = A.Network(A.Subnet("subnet-a1"));
        PlannedNode[] node = [A.Node("node-1", "i-1")];
        var before = Planner.Plan(A.PlanInput(A.NodeEni(spec: s => s.ConnectionTracking = Spec(present)), node, network)).Apply;
        var plan = Planner.Plan(A.PlanInput(A.NodeEni(spec: s => s.ConnectionTracking = Spec(wanted)), node, network, before));
        Assert.Equal((inPlace && present != wanted ? 1 : 0, inPlace ? 0 : 1), (plan.Apply.Count, plan.Delete.Count));
    }

    [Fact]
    public void A_call_names_the_timeouts_that_are_to_stay() =>
        Assert.Equal(Spec("350/120/60"), ConnectionTimeouts.Over(Spec("999/120/-"), Spec("350/-/60")!));

    [Fact]
    public void An_empty_specification_is_none()
    {
        Assert.Null(ConnectionTimeouts.Given(new()));
        Assert.Equal(Spec("-/60/-"), ConnectionTimeouts.Given(Spec("-/60/-")));
    }

    private static ConnectionTrackingSpec? Spec(string? text) =>
        text?.Split('/') is [var tcp, var stream, var udp]
            ? new()
            {
                TcpEstablishedTimeout = Number(tcp),
                UdpStreamTimeout = Number(stream),
                UdpTimeout = Number(udp),
            }
            : null;

    private static int? Number(string text) => text == "-" ? null : int.Parse(text);
}
