using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.Leaks;

/// <summary>Tells why an ENI is leaked, from its tags. Pure.</summary>
internal static class LeakReasons
{
    /// <summary>The reason.</summary>
    /// <param name="row">The ENI.</param>
    /// <param name="nodeEniExists">Whether a NodeENI of a name exists.</param>
    /// <param name="nodeExists">Whether a node of a name exists.</param>
    public static LeakReason Of(EniRow row, Func<string, bool> nodeEniExists, Func<string, bool> nodeExists)
    {
        if (!nodeEniExists(row.Tags.GetValueOrDefault("NodeENI", "")))
        {
            return LeakReason.NodeEniGone;
        }

        return nodeExists(row.Tags.GetValueOrDefault("Node", "")) ? LeakReason.SlotUnwanted : LeakReason.NodeGone;
    }

    /// <summary>As a label of metrics.</summary>
    public static string Metric(LeakReason reason) =>
        reason switch
        {
            LeakReason.NodeEniGone => "nodeeni_gone",
            LeakReason.NodeGone => "node_gone",
            _ => "slot_unwanted",
        };

    /// <summary>For people.</summary>
    public static string Sentence(LeakReason reason) =>
        reason switch
        {
            LeakReason.NodeEniGone => "its NodeENI does not exist any more",
            LeakReason.NodeGone => "its node does not exist any more",
            _ => "no ENIAttachment wants it",
        };
}
