using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Cli.Cluster;
using MultiEni.Cli.Doctor;
using MultiEni.Cli.Invocation;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Planning;
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
    /// What is in use: slots with an ENIAttachment, including ones being deleted, and what NodeENIs
    /// retain.
    /// </summary>
    /// <exception cref="CommandFailedException">
    /// The CRD does not exist, so the slots in use are unknown.
    /// </exception>
    public async Task<EnisInUse> InUseAsync(CancellationToken cancellationToken)
    {
        try
        {
            var attachments = await connection.ListAsync(Kinds.EniAttachment, cancellationToken);
            return EnisInUse.Of(attachments, await connection.ListAsync(Kinds.NodeEni, cancellationToken));
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

/// <summary>What is in use in a cluster, or kept for use.</summary>
/// <param name="Slots">Slots with an ENIAttachment.</param>
/// <param name="IsRetained">Whether an unattached ENI is kept for the next node.</param>
internal sealed record EnisInUse(IReadOnlySet<string> Slots, Func<EniRow, bool> IsRetained)
{
    /// <summary>Of a cluster that is gone.</summary>
    public static readonly EnisInUse None = new(new HashSet<string>(), static _ => false);

    /// <summary>Of a cluster with these objects.</summary>
    public static EnisInUse Of(IReadOnlyList<EniAttachment> attachments, IReadOnlyList<NodeEni> nodeEnis)
    {
        // Whoever has got another ENI by now needs it no more.
        var claimed = attachments
            .Where(attachment => attachment.Status?.Network?.EniId is not { } has || has == attachment.Spec!.RetainedEni)
            .Select(attachment => attachment.Spec!.RetainedEni)
            .OfType<string>()
            .ToHashSet(StringComparer.Ordinal);
        var byName = nodeEnis.ToDictionary(nodeEni => nodeEni.Metadata.Name);
        return new(
            attachments.Select(attachment => attachment.Metadata.Name).ToHashSet(StringComparer.Ordinal),
            // Which subnets a NodeENI has is not looked up: what it may retain is not deleted here.
            row =>
                claimed.Contains(row.EniId)
                || Retention.Keeps(byName.GetValueOrDefault(row.Tags.GetValueOrDefault(EniTags.NodeEni, "")), network: null, row)
        );
    }
}
