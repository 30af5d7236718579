using System.Diagnostics.Metrics;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Cli.Cluster;
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
    /// <summary>Reads what a forecast of these NodeENIs depends on.</summary>
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
            resolutions[nodeEni.Metadata.Name] = await catalog.ResolveAsync(nodeEni.Spec!, null, cancellationToken);
            elasticIps[nodeEni.Metadata.Name] = await addresses.ResolveAsync(nodeEni.Spec!.ElasticIps, ours.Contains, null, cancellationToken);
        }

        using var types = new InstanceTypeCatalog(ec2, time);
        string? unavailable = null;
        try
        {
            await types.LearnAsync(
                nodes.Select(PlannedNode.Of).Where(node => node.Identity is NodeIdentity.Ec2).Select(node => node.InstanceType).OfType<string>(),
                wanted.Any(nodeEni => EniSettings.AreIn(nodeEni.Spec!)),
                cancellationToken
            );
        }
        catch (Ec2CallException failed)
        {
            unavailable = FailureMessage.For(failed.Failure);
        }

        var limits = nodes
            .Select(node => PlannedNode.Of(node).InstanceType)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .ToDictionary(type => type, types.Find, StringComparer.Ordinal);
        var remarks = new List<string>();
        var unattached = retaining is null
            ? []
            : await OrNoneAsync(() => OursAsync(ec2, retaining, cancellationToken), "Retained ENIs", remarks);
        var instances = AdoptingInstances(wanted, nodes);
        var launched =
            instances.Count == 0
                ? []
                : await OrNoneAsync(
                    () => ec2.DescribeEnisOnInstancesAsync(instances, CallPriority.AttachUnready, cancellationToken),
                    "ENIs of launch templates",
                    remarks
                );
        return new Fleet
        {
            Nodes = nodes,
            Attachments = attachments,
            Unattached = unattached,
            Launched = launched,
            Remarks = remarks,
            Resolve = nodeEni => resolutions[nodeEni.Metadata.Name],
            ElasticIps = nodeEni => elasticIps[nodeEni.Metadata.Name],
            Limits = limits.GetValueOrDefault,
            LimitsUnavailable = unavailable,
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

    // A plan without them is worth something too, and says what it does not know.
    private static async Task<IReadOnlyList<EniRow>> OrNoneAsync(Func<Task<IReadOnlyList<EniRow>>> read, string what, List<string> remarks)
    {
        try
        {
            return await read();
        }
        catch (Ec2CallException failed)
        {
            remarks.Add($"{what} are not known, and new ENIs are planned instead: {FailureMessage.For(failed.Failure)}");
            return [];
        }
    }
}
