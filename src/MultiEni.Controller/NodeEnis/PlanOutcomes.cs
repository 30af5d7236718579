using System.Collections.Concurrent;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Leading;
using MultiEni.Controller.Summary;

namespace MultiEni.Controller.NodeEnis;

/// <summary>What the last plan of each NodeENI found; planning leaves it for the summary.</summary>
internal sealed class PlanOutcomes
{
    private readonly ConcurrentDictionary<string, (string? Uid, PlanOutcome Outcome)> _byName = new();

    /// <summary>The NodeENI of every plan, and every NodeENI that is gone.</summary>
    public Signal<string> Changes { get; } = new();

    /// <summary>
    /// A subnet of every plan that has one, and the security groups that go with it.
    /// </summary>
    public Signal<(string SubnetId, IReadOnlyList<string> SecurityGroupIds)> Places { get; } = new();

    /// <summary>Null also when the last plan was that of a predecessor of the same name.</summary>
    public PlanOutcome? Find(string name, string? uid) => _byName.TryGetValue(name, out var last) && last.Uid == uid ? last.Outcome : null;

    public void Remember(NodeEni nodeEni, PlanOutcome outcome)
    {
        var name = nodeEni.Metadata.Name;
        _byName[name] = (nodeEni.Metadata.Uid, outcome);
        Changes.Raise(name);
        if (outcome.Resolution.Network is { Subnets: [var subnet, ..] } network)
        {
            Places.Raise((subnet.SubnetId, network.SecurityGroupIdsByVpc[subnet.VpcId]));
        }
    }

    public void Forget(string name)
    {
        _byName.TryRemove(name, out _);
        Changes.Raise(name);
    }
}
