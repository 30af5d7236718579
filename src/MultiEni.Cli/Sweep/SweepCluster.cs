using MultiEni.Api;
using MultiEni.Cli.Cluster;
using MultiEni.Cli.Doctor;
using MultiEni.Cli.Invocation;
using MultiEni.Controller;
using MultiEni.Controller.Kubernetes;
using MultiEni.Operator.Client;
using MultiEni.Operator.LeaderElection;

namespace MultiEni.Cli.Sweep;

/// <summary>What a sweep has to know of the cluster; all of it also after the product was uninstalled.</summary>
internal sealed class SweepCluster(ClusterConnection connection, TimeProvider time)
{
    /// <summary>A setting of the controller as its Deployment gives it; null without one.</summary>
    public async Task<string?> ControllerSettingAsync(string variable, CancellationToken cancellationToken)
    {
        var key = new ObjectKey(connection.Home, Names.Controller);
        var deployment = await connection.Client.GetAsync(ClusterKinds.Deployment, key, cancellationToken);
        return deployment?.Container(Names.Controller)?.Value(variable);
    }

    /// <summary>The name by which the cluster's ENIs are told.</summary>
    public async Task<string> NameAsync(CancellationToken cancellationToken) =>
        await ClusterIdentity.FindAsync(connection.Client, await ControllerSettingAsync("CLUSTER_NAME", cancellationToken) ?? "", cancellationToken);

    /// <summary>Slots that somebody wants: an attachment exists, be it under deletion.</summary>
    /// <exception cref="CommandFailedException">The cluster has no such resource, which says nothing of what is wanted.</exception>
    public async Task<IReadOnlySet<string>> WantedAsync(CancellationToken cancellationToken)
    {
        try
        {
            var attachments = await connection.ListAsync(Kinds.EniAttachment, cancellationToken);
            return attachments.Select(attachment => attachment.Metadata.Name).ToHashSet(StringComparer.Ordinal);
        }
        catch (KubernetesApiException gone) when (gone.IsNotFound)
        {
            throw new CommandFailedException(
                $"This cluster has no resource {Names.EniAttachmentPlural}.{Names.Group}: which ENIs are wanted cannot be known.",
                "If the product was uninstalled with its CRDs, nothing is wanted: --cluster-gone --cluster-name NAME --region REGION. "
                    + "The name is the value of the controller's CLUSTER_NAME, or the UID of the namespace kube-system.",
                ExitCodes.Unknown
            );
        }
    }

    /// <summary>Who leads at present, or null when no controller runs.</summary>
    public async Task<string?> LeaderAsync(CancellationToken cancellationToken)
    {
        var lease = await connection.Client.GetAsync(Lease.Resource, new ObjectKey(connection.Home, Names.LeaderElectionLease), cancellationToken);
        return lease is not null && ControllerCheck.LeaderProblem(lease.Spec, time.GetUtcNow()) is null ? lease.Spec.HolderIdentity : null;
    }
}
