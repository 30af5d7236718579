using MultiEni.Controller.NodeEnis;

namespace MultiEni.Controller.Tests.NodeEnis;

/// <summary>
/// Summaries look at no more attachments in a second than a processor does beside its other work.
/// </summary>
public sealed class SummaryLoopTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(2_000, 1)]
    [InlineData(4_000, 2)]
    [InlineData(20_000, 10)]
    public void Where_there_are_many_attachments_summaries_are_rarer(int attachments, double seconds)
    {
        Assert.Equal(TimeSpan.FromSeconds(seconds), SummaryLoop.Interval(attachments));
    }
}
