using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Planning;

namespace MultiEni.Cli.Plans;

/// <summary>What a forecast depends on beside the NodeENIs: the cluster and EC2 as they are.</summary>
internal sealed record Fleet
{
    /// <summary>The cluster's nodes.</summary>
    public required IReadOnlyList<Node> Nodes { get; init; }

    /// <summary>The ENIs that are there, of whichever NodeENI.</summary>
    public IReadOnlyList<EniAttachment> Attachments { get; init; } = [];

    /// <summary>The controller's ENIs that no node has.</summary>
    public IReadOnlyList<EniRow> Unattached { get; init; } = [];

    /// <summary>ENIs that launch templates attached to the nodes and gave to the controller, in no slot yet.</summary>
    public IReadOnlyList<EniRow> Launched { get; init; } = [];

    /// <summary>Where a NodeENI's ENIs go.</summary>
    public required Func<NodeEni, NetworkResolution> Resolve { get; init; }

    /// <summary>A subnet by its ID; null when it is not known.</summary>
    public required Func<string, ResolvedSubnet?> Subnet { get; init; }

    /// <summary>The Elastic IPs that a NodeENI may use.</summary>
    public required Func<NodeEni, ElasticIps> ElasticIps { get; init; }

    /// <summary>Limits of an instance type; null when they are not known.</summary>
    public required Func<string, InstanceTypeLimits?> Limits { get; init; }

    /// <summary>Device index for NodeENIs that say 0.</summary>
    public int DefaultDeviceIndex { get; init; } = 1;

    /// <summary>What was not looked up, so that a plan does not know it.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>The same with one more remark.</summary>
    public Fleet Saying(string remark) => this with { Remarks = [.. Remarks, remark] };

    /// <summary>
    /// The fleet after these NodeENIs came to rest. Their addresses are among those that the subnets
    /// do not count as free.
    /// </summary>
    public Fleet After(IReadOnlyList<NodeEni> current)
    {
        var forecast = new Forecast(this with { Resolve = nodeEni => WithNetwork(Resolve(nodeEni), WithRoom) });
        forecast.Follow(current.Select(nodeEni => new NodeEniEdit(null, nodeEni)));
        var attached = new EniAttachmentStatus { Network = new NetworkStatus { State = EniState.Attached } };
        var attachments = forecast.Attachments.Select(attachment => attachment with { Status = attached }).ToList();
        var counted = attachments.Select(attachment => attachment.Metadata.Name).ToHashSet(StringComparer.Ordinal);
        return this with
        {
            Attachments = attachments,
            Resolve = nodeEni => WithNetwork(Resolve(nodeEni), network => network with { Counted = counted }),
        };
    }

    private static ResolvedNetwork WithRoom(ResolvedNetwork network)
    {
        const int Plenty = 1 << 24;
        return network with { Subnets = [.. network.Subnets.Select(subnet => subnet with { FreeAddresses = Plenty })] };
    }

    private static NetworkResolution WithNetwork(NetworkResolution resolution, Func<ResolvedNetwork, ResolvedNetwork> change) =>
        resolution.Network is { } network ? resolution with { Network = change(network) } : resolution;
}
