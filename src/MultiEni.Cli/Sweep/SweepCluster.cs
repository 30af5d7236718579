using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Cli.Cluster;
using MultiEni.Cli.Doctor;
using MultiEni.Cli.Invocation;
using MultiEni.Operator.Client;
using MultiEni.Operator.LeaderElection;

namespace MultiEni.Cli.Sweep;

/// <summary>
/// Cluster data that a sweep needs; also available after the product was uninstalled.
/// </summary>
internal sealed class SweepCluster(ClusterConnection connection, TimeProvider time)
{
    /// <summary>How its controller is configured.</summary>
    public InstalledController Controller { get; } = new(connection);

    /// <summary>
    /// Slots in use: those with an ENIAttachment, including ones being deleted.
    /// </summary>
    /// <exception cref="CommandFailedException">
    /// The CRD does not exist, so the slots in use are unknown.
    /// </exception>
    public async Task<IReadOnlySet<string>> SlotsInUseAsync(CancellationToken cancellationToken)
    {
        try
        {
            var attachments = await connection.ListAsync(Kinds.EniAttachment, cancellationToken);
            return attachments.Select(attachment => attachment.Metadata.Name).ToHashSet(StringComparer.Ordinal);
        }
        catch (KubernetesApiException gone) when (gone.IsNotFound)
        {
            throw new CommandFailedException(
                $"This cluster has no resource {Names.EniAttachmentPlural}.{Names.Group}, so the ENIs in use are unknown.",
                "If the product was uninstalled with its CRDs, pass --cluster-gone --cluster-name NAME --region REGION. "
                    + "The name is the controller's CLUSTER_NAME, or the UID of the namespace kube-system.",
                ExitCodes.Unknown
            );
        }
    }

    /// <summary>The current leader, or null if no controller runs.</summary>
    public async Task<string?> LeaderAsync(CancellationToken cancellationToken)
    {
        var lease = await connection.Client.GetAsync(
            Lease.Resource,
            new ObjectKey(connection.InstallNamespace, Names.LeaderElectionLease),
            cancellationToken
        );
        return lease is not null && ControllerCheck.LeaderProblem(lease.Spec, time.GetUtcNow()) is null ? lease.Spec.HolderIdentity : null;
    }
}
