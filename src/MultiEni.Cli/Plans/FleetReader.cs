using System.Diagnostics.Metrics;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Cli.Cluster;
using MultiEni.Cli.Invocation;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Budget;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Ec2.Limits;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.Networks;
using MultiEni.Controller.Planning;

namespace MultiEni.Cli.Plans;

/// <summary>
/// Reads the cluster and EC2 as the controller does, and changes neither: whatever is not a
/// describe is stopped before it is sent.
/// </summary>
/// <param name="connection">The cluster.</param>
/// <param name="options">How EC2 is reached.</param>
/// <param name="time">Clock.</param>
internal sealed class FleetReader(ClusterConnection connection, Ec2ClientOptions options, TimeProvider time)
{
    /// <summary>
    /// Reads what a forecast of these NodeENIs depends on. What cannot be known is a failure: a plan
    /// without it would look like one that is fine.
    /// </summary>
    /// <param name="wanted">The NodeENIs.</param>
    /// <param name="attachments">The ENIs that are there.</param>
    /// <param name="defaultDeviceIndex">Device index for NodeENIs that say 0.</param>
    /// <param name="retaining">The cluster name in the tags of retained ENIs; null when none is retained.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Fleet> ReadAsync(
        IReadOnlyList<NodeEni> wanted,
        IReadOnlyList<EniAttachment> attachments,
        int defaultDeviceIndex,
        string? retaining,
        CancellationToken cancellationToken
    )
    {
        var nodes = await connection.ListAsync(Kinds.Node, cancellationToken);
        using var meter = new Meter("MultiEni.Cli");
        var metrics = new Ec2Metrics(meter);
        using var budget = new Ec2Budget(new Ec2BudgetOptions(), metrics, time);
        using var ec2 = new Ec2Client(options, budget, metrics, time, () => throw new InvalidOperationException("A plan changes nothing in EC2."));
        var catalog = new NetworkCatalog(ec2, () => attachments.Where(attachment => attachment.Status?.Network?.EniId is not null), time);
        var addresses = new ElasticIpCatalog(ec2, time);
        var ours = attachments.Select(attachment => attachment.Status?.Network?.EniId).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var resolutions = new Dictionary<string, NetworkResolution>(StringComparer.Ordinal);
        var elasticIps = new Dictionary<string, ElasticIps>(StringComparer.Ordinal);
        foreach (var nodeEni in wanted)
        {
            var resolution = await catalog.ResolveAsync(nodeEni.Spec!, null, cancellationToken);
            resolutions[nodeEni.Metadata.Name] = resolution.Failure is { } failure ? throw new Ec2CallException(failure) : resolution;
            elasticIps[nodeEni.Metadata.Name] = await addresses.ResolveAsync(nodeEni.Spec!.ElasticIps, ours.Contains, null, cancellationToken) switch
            {
                ElasticIps.Unknown unknown => throw new CommandFailedException(
                    $"The Elastic IPs of NodeENI {nodeEni.Metadata.Name} are not known: {unknown.Why}",
                    null,
                    ExitCodes.Unknown
                ),
                var known => known,
            };
        }

        using var types = new InstanceTypeCatalog(ec2, time);
        await types.LearnAsync(
            nodes.Select(PlannedNode.Of).Where(node => node.Identity is NodeIdentity.Ec2).Select(node => node.InstanceType).OfType<string>(),
            wanted.Any(nodeEni => EniSettings.AreIn(nodeEni.Spec!)),
            cancellationToken
        );
        var limits = nodes
            .Select(node => PlannedNode.Of(node).InstanceType)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .ToDictionary(type => type, types.Find, StringComparer.Ordinal);
        var instances = AdoptingInstances(wanted, nodes);
        var subnets = resolutions
            .Values.SelectMany(resolution => resolution.Network?.Subnets ?? [])
            .DistinctBy(subnet => subnet.SubnetId)
            .ToDictionary(subnet => subnet.SubnetId, StringComparer.Ordinal);
        var former = attachments
            .Select(attachment => attachment.Spec!.SubnetId)
            .Distinct(StringComparer.Ordinal)
            .Where(id => !subnets.ContainsKey(id));
        foreach (var row in await ec2.DescribeSubnetsByIdAsync([.. former.Select(id => SubnetId.Parse(id, null))], cancellationToken))
        {
            subnets[row.SubnetId] = ResolvedSubnet.Of(row);
        }

        return new Fleet
        {
            Nodes = nodes,
            Attachments = attachments,
            Unattached = retaining is null ? [] : await OursAsync(ec2, retaining, cancellationToken),
            Launched = instances.Count == 0 ? [] : await ec2.DescribeEnisOnInstancesAsync(instances, CallPriority.AttachUnready, cancellationToken),
            Subnet = subnets.GetValueOrDefault,
            Resolve = nodeEni => resolutions[nodeEni.Metadata.Name],
            ElasticIps = nodeEni => elasticIps[nodeEni.Metadata.Name],
            Limits = limits.GetValueOrDefault,
            DefaultDeviceIndex = defaultDeviceIndex,
        };
    }

    private static List<InstanceId> AdoptingInstances(IReadOnlyList<NodeEni> wanted, IReadOnlyList<Node> nodes)
    {
        var adopting = wanted.Where(nodeEni => nodeEni.Spec!.Adopt).ToList();
        return
        [
            .. nodes
                .Where(node => adopting.Exists(nodeEni => ClusterView.Selects(nodeEni, node)))
                .Select(node => PlannedNode.Of(node).Identity)
                .OfType<NodeIdentity.Ec2>()
                .Select(identity => InstanceId.Parse(identity.InstanceId, null)),
        ];
    }

    private static async Task<IReadOnlyList<EniRow>> OursAsync(Ec2Client ec2, string cluster, CancellationToken cancellationToken)
    {
        var tags = new Dictionary<string, string> { [EniTags.Cluster] = cluster, [EniTags.ManagedBy] = EniTags.Owner };
        var rows = new List<EniRow>();
        await foreach (var page in ec2.DescribeEnisByTagAsync(tags, CallPriority.AttachUnready, cancellationToken))
        {
            rows.AddRange(page);
        }

        return rows;
    }
}
