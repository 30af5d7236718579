using System.Collections.Concurrent;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Summary;

namespace MultiEni.Controller.NodeEnis;

/// <summary>What the last plan of each NodeENI found; planning leaves it for the summary.</summary>
internal sealed class PlanOutcomes(Action<string> onChange)
{
    private readonly ConcurrentDictionary<string, (string? Uid, PlanOutcome Outcome)> _byName = new();

    /// <summary>Told of every plan that had a subnet to work with: the subnet, and the security groups that go with it.</summary>
    public Action<string, IReadOnlyList<string>>? Planned { get; set; }

    /// <summary>Told of every plan.</summary>
    public Action<string>? Changed { get; set; }

    /// <summary>Null also when the last plan was that of a predecessor of the same name.</summary>
    public PlanOutcome? Find(string name, string? uid) => _byName.TryGetValue(name, out var last) && last.Uid == uid ? last.Outcome : null;

    public void Remember(NodeEni nodeEni, PlanOutcome outcome)
    {
        var name = nodeEni.Metadata.Name;
        _byName[name] = (nodeEni.Metadata.Uid, outcome);
        onChange(name);
        Changed?.Invoke(name);
        if (outcome.Resolution.Network is { Subnets: [var subnet, ..] } network)
        {
            Planned?.Invoke(subnet.SubnetId, network.SecurityGroupIdsByVpc[subnet.VpcId]);
        }
    }

    public void Forget(string name)
    {
        _byName.TryRemove(name, out _);
        Changed?.Invoke(name);
    }
}
