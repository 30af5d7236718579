using MultiEni.Api.Kubernetes;

namespace MultiEni.Api.Tests;

public sealed class ConditionsTests
{
    private static readonly DateTimeOffset Earlier = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Now = Earlier.AddMinutes(5).AddMilliseconds(123);

    [Fact]
    public void A_new_condition_changed_now_to_the_second() =>
        Assert.Equal(Earlier.AddMinutes(5), Next(null, ConditionStatus.True).LastTransitionTime);

    [Fact]
    public void The_same_status_keeps_the_time_while_reason_and_message_follow()
    {
        var next = Next([Before(ConditionStatus.False)], ConditionStatus.False);

        Assert.Equal(Earlier, next.LastTransitionTime);
        Assert.Equal(Reasons.Attached, next.Reason);
        Assert.Equal("new", next.Message);
        Assert.Equal(7, next.ObservedGeneration);
    }

    [Fact]
    public void Saying_the_same_again_yields_an_equal_object()
    {
        var first = Next(null, ConditionStatus.True);

        Assert.Equal(first, ((Condition[])[first]).Next("Ready", ConditionStatus.True, Reasons.Attached, "new", 7, Now.AddHours(1)));
    }

    [Fact]
    public void A_message_is_no_longer_than_the_definitions_allow()
    {
        var longest = new string('x', Conditions.LongestMessage);
        Assert.Equal(longest, Message(longest));
        Assert.Equal(longest[1..] + "…", Message(longest + "y"));
        Assert.Equal("x…", Conditions.Cut("x😀yz", 3));
        var defined = Definitions.EniAttachment.Part("status").Part("conditions")["items"]!.AsObject().Part("message");
        Assert.Equal(Conditions.LongestMessage, (long)defined["maxLength"]!);

        static string Message(string text) => Conditions.Next(null, "Ready", ConditionStatus.False, "Because", text, 1, Now).Message;
    }

    [Fact]
    public void Another_status_moves_the_time() =>
        Assert.Equal(Earlier.AddMinutes(5), Next([Before(ConditionStatus.False)], ConditionStatus.True).LastTransitionTime);

    [Fact]
    public void A_predecessor_without_a_time_gets_one() =>
        Assert.Equal(
            Earlier.AddMinutes(5),
            Next([Before(ConditionStatus.True) with { LastTransitionTime = null }], ConditionStatus.True).LastTransitionTime
        );

    [Fact]
    public void Another_type_is_no_predecessor() =>
        Assert.Equal(Earlier.AddMinutes(5), Next([Before(ConditionStatus.True) with { Type = "Bound" }], ConditionStatus.True).LastTransitionTime);

    [Theory]
    [InlineData(ConditionStatus.True, true)]
    [InlineData(ConditionStatus.False, false)]
    [InlineData(ConditionStatus.Unknown, false)]
    public void Only_True_is_true(string status, bool expected)
    {
        Assert.Equal(expected, ((Condition[])[Before(status)]).IsTrue("Ready"));
        Assert.False(((Condition[])[Before(status)]).IsTrue("Bound"));
        Assert.False(((Condition[]?)null).IsTrue("Ready"));
    }

    [Theory]
    [InlineData("2026-11-22T10:00:00.9999999+00:00", "2026-11-22T10:00:00+00:00")]
    [InlineData("2026-11-22T12:00:01.5+02:00", "2026-11-22T10:00:01+00:00")]
    public void Times_are_cut_to_whole_seconds_of_UTC(string given, string expected)
    {
        var cut = Timestamps.ToSeconds(DateTimeOffset.Parse(given));

        Assert.Equal(DateTimeOffset.Parse(expected), cut);
        Assert.Equal(TimeSpan.Zero, cut.Offset);
    }

    private static Condition Next(Condition[]? before, string status) => before.Next("Ready", status, Reasons.Attached, "new", 7, Now);

    private static Condition Before(string status) =>
        new()
        {
            Type = "Ready",
            Status = status,
            Reason = Reasons.Attaching,
            Message = "old",
            LastTransitionTime = Earlier,
            ObservedGeneration = 6,
        };
}
