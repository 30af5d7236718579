using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.NodeEnis;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Imds;

/// <summary>
/// Raises the hop limit of instance metadata, so that pods reach it. Opt-in. It knows its instances
/// from the cluster and never searches for any; it changes nothing but the hop limit, only upwards,
/// and looks at each instance once.
/// </summary>
internal sealed class HopLimits(ImdsSettings settings, ClusterView cluster, PlanOutcomes outcomes, Ec2Client ec2, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(5);
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly HashSet<InstanceId> _done = [];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // After a plan, NodeENIs may select other nodes.
        using var plans = outcomes.Places.Subscribe(_ => Wake());
        while (true)
        {
            try
            {
                await RaiseAsync(cancellationToken);
                await _wake.Reader.ReadAsync(cancellationToken);
            }
            catch (Ec2CallException failed)
            {
                ImdsLog.Failed(logger, failed.Failure.ToString());
                await Task.Delay(RetryAfter, time, cancellationToken);
            }
        }
    }

    private void Wake()
    {
        if (settings.OnSelectedNodes)
        {
            _wake.Writer.TryWrite(item: true);
        }
    }

    private async Task RaiseAsync(CancellationToken cancellationToken)
    {
        var instances = Instances().Where(instance => !_done.Contains(instance)).ToList();
        if (instances.Count == 0)
        {
            return;
        }

        foreach (var row in await ec2.DescribeInstancesAsync(instances, CallPriority.Drift, cancellationToken))
        {
            var instance = InstanceId.Parse(row.InstanceId, null);
            if (row.MetadataHopLimit is { } limit && limit < settings.HopLimit && row.State is "running" or "pending" or "stopped")
            {
                await ec2.SetMetadataHopLimitAsync(instance, settings.HopLimit, CallPriority.Drift, cancellationToken);
                ImdsLog.Raised(logger, row.InstanceId, limit, settings.HopLimit);
            }
        }

        _done.UnionWith(instances);
    }

    private IEnumerable<InstanceId> Instances()
    {
        var own = settings.InstanceId.Length > 0 ? settings.InstanceId : InstanceOf(settings.NodeName);
        if (InstanceId.TryParse(own, null, out var ownId))
        {
            yield return ownId;
        }
        else if (!settings.OnSelectedNodes)
        {
            ImdsLog.OwnInstanceUnknown(logger, settings.NodeName);
        }

        if (!settings.OnSelectedNodes)
        {
            yield break;
        }

        foreach (var node in cluster.NodeEnis.SelectMany(cluster.NodesMatching).DistinctBy(node => node.Metadata.Name))
        {
            if (NodeIdentity.Of(node) is NodeIdentity.Ec2 ec2Node && InstanceId.TryParse(ec2Node.InstanceId, null, out var id))
            {
                yield return id;
            }
        }
    }

    private string? InstanceOf(string nodeName) =>
        cluster.Node(nodeName) is { } node && NodeIdentity.Of(node) is NodeIdentity.Ec2 instance ? instance.InstanceId : null;
}

/// <summary>Whether and where the hop limit of instance metadata is raised.</summary>
internal sealed record ImdsSettings
{
    /// <summary>Off unless asked for (<c>IMDS_AUTO_CONFIGURE_HOP_LIMIT</c>).</summary>
    public bool AutoConfigure { get; init; }

    /// <summary>
    /// The wanted limit (<c>IMDS_HOP_LIMIT</c>); pods that are not on the host's network need 2.
    /// </summary>
    public int HopLimit { get; init; } = 2;

    /// <summary>
    /// Also the instances of nodes that NodeENIs select (<c>IMDS_AGGRESSIVE_CONFIGURATION</c>);
    /// otherwise only the controller's own.
    /// </summary>
    public bool OnSelectedNodes { get; init; }

    /// <summary>The node that the controller runs on (<c>NODE_NAME</c>).</summary>
    public string NodeName { get; init; } = "";

    /// <summary>
    /// The instance that it runs on, where it is known without the node (<c>EC2_INSTANCE_ID</c>).
    /// </summary>
    public string InstanceId { get; init; } = "";
}

/// <summary>What the hop-limit configuration writes to the log.</summary>
internal static partial class ImdsLog
{
    [LoggerMessage(EventId = 3001, Level = LogLevel.Information, Message = "Raised the metadata hop limit of {Instance} from {Before} to {After}")]
    public static partial void Raised(ILogger logger, string instance, int before, int after);

    [LoggerMessage(EventId = 3002, Level = LogLevel.Warning, Message = "The metadata hop limit could not be set and is tried again: {Failure}")]
    public static partial void Failed(ILogger logger, string failure);

    [LoggerMessage(
        EventId = 3003,
        Level = LogLevel.Warning,
        Message = "The controller's own instance is not known, so no hop limit is set: NODE_NAME is '{NodeName}' and no node of that name has an EC2 provider ID"
    )]
    public static partial void OwnInstanceUnknown(ILogger logger, string nodeName);
}
