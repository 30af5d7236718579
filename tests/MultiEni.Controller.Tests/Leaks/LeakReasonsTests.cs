using MultiEni.Controller.Leaks;

namespace MultiEni.Controller.Tests.Leaks;

public sealed class LeakReasonsTests
{
    [Theory]
    [InlineData(false, false, nameof(LeakReason.NodeEniGone), "nodeeni_gone")]
    [InlineData(false, true, nameof(LeakReason.NodeEniGone), "nodeeni_gone")]
    [InlineData(true, false, nameof(LeakReason.NodeGone), "node_gone")]
    [InlineData(true, true, nameof(LeakReason.SlotUnwanted), "slot_unwanted")]
    public void The_reason_is_what_is_missing_first(bool nodeEniExists, bool nodeExists, string reason, string metric)
    {
        var row = A.Row() with
        {
            Tags = new Dictionary<string, string> { ["NodeENI"] = "multus", ["Node"] = "node-1" },
        };

        var found = LeakReasons.Of(row, name => nodeEniExists && name == "multus", name => nodeExists && name == "node-1");

        Assert.Equal((reason, metric), (found.ToString(), LeakReasons.Metric(found)));
    }
}
