using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Ec2;
using MultiEni.Simulator.Ec2;

namespace MultiEni.Reliability.Lab;

/// <summary>What must be so in the end, whatever happened on the way.</summary>
internal static class Outcome
{
    /// <summary>
    /// What is missing until the NodeENI is as asked for and its status says so; null when nothing
    /// is.
    /// </summary>
    public static string? LacksReadiness(Cluster cluster, NodeEniSketch wanted, int nodes)
    {
        var enis = nodes * wanted.Subnets.Count;
        var nodeEni = cluster.NodeEni(wanted.Name);
        var status = nodeEni?.Status;
        if (status?.ObservedGeneration != nodeEni?.Metadata.Generation || status?.Conditions.IsTrue(ConditionTypes.Ready) != true)
        {
            return $"{wanted.Name} is not ready: {string.Join("; ", status?.Conditions?.Select(c => $"{c.Type}={c.Status} {c.Message}") ?? ["no status"])}";
        }

        if (status!.ReadyEnis != enis || status.DesiredEnis != enis || status.AttachedEnis != enis)
        {
            return $"{wanted.Name} counts {status.ReadyEnis} of {status.DesiredEnis} ENIs ready and {status.AttachedEnis} attached, not {enis}";
        }

        var attachments = cluster.EniAttachments.Where(attachment => attachment.Spec!.NodeEniRef.Name == wanted.Name).ToList();
        return attachments.Count == enis
            ? attachments.Select(attachment => LacksTruth(cluster, wanted, attachment)).FirstOrDefault(lack => lack is not null)
            : $"there are {attachments.Count} ENIAttachments of {wanted.Name}, not {enis}";
    }

    /// <summary>
    /// What of ours is in EC2 beside the one ENI of each slot; null when nothing is.
    /// </summary>
    public static string? HasStrays(Cluster cluster)
    {
        var slots = cluster.EniAttachments.Select(attachment => attachment.Metadata.Name).ToHashSet();
        foreach (var row in cluster.OurEnis)
        {
            if (!slots.Remove(row.Tags[Objects.Slot]))
            {
                return $"{row.Id} ({row.Status}) is in slot {row.Tags[Objects.Slot]}, which has another ENI or is none";
            }
        }

        return slots.Count == 0 ? cluster.Foreign.Touched() : $"slot {slots.First()} has no ENI";
    }

    /// <summary>What is left of ours after everything was deleted; null when nothing is.</summary>
    public static string? HasLeftovers(Cluster cluster)
    {
        if (cluster.OurEnis is [var row, ..])
        {
            return $"{row.Id} of slot {row.Tags[Objects.Slot]} is left ({row.Status})";
        }

        if (cluster.EniAttachments is [var attachment, ..])
        {
            var finalizers = string.Join(", ", attachment.Metadata.Finalizers ?? []);
            return $"ENIAttachment {attachment.Metadata.Name} is left, with finalizers {finalizers} and {Conditions(attachment)}";
        }

        var nodeEnis = cluster.Kubernetes.Store.Count(Objects.NodeEnis);
        return nodeEnis == 0
            ? cluster.Foreign.Touched() ?? cluster.Launched.Lost() ?? cluster.Launched.Marked() ?? cluster.Machines?.Leftovers()
            : $"{nodeEnis} NodeENIs are left";
    }

    private static string? LacksTruth(Cluster cluster, NodeEniSketch wanted, EniAttachment attachment)
    {
        var name = attachment.Metadata.Name;
        var said = attachment.Status?.Network;
        var row = cluster.OurEnis.FirstOrDefault(eni => eni.Tags[Objects.Slot] == name);
        if (row?.Attachment is not { Status: AttachmentStatus.Attached } at || at.InstanceId != attachment.Spec!.InstanceId)
        {
            return $"the ENI of {name} is not attached to its instance: {Conditions(attachment)}";
        }

        if (attachment.Status!.Device?.AttachmentId != at.Id)
        {
            return $"{name} counts as ready on the word about {attachment.Status.Device?.AttachmentId}, and EC2 has {at.Id}";
        }

        if (said?.EniId != row.Id || said.AttachmentId != at.Id || said.DeviceIndex != at.DeviceIndex || said.MacAddress != row.MacAddress)
        {
            return $"the status of {name} speaks of {said?.EniId} {said?.AttachmentId}, EC2 of {row.Id} {at.Id}";
        }

        if (wanted.Warm is { } warm)
        {
            // One call's worth more may stay for each of a crash and a look at what was before.
            var secondaries = row.PrivateIps.Count - 1;
            if (secondaries < warm || secondaries > 3 * warm)
            {
                return $"{row.Id} has {secondaries} addresses for pods, not {warm}";
            }

            if (!row.PrivateIps.SequenceEqual(said.PrivateIps ?? []) || said.AssignedForPods?.Except(row.PrivateIps).Any() == true)
            {
                return $"the status of {name} lists other addresses than {row.Id} has";
            }
        }

        var same =
            cluster.Launched.Contains(row.Id) == wanted.Adopt
            && row.Tags.ContainsKey(EniTags.Adopted) == wanted.Adopt
            && row.Description == (wanted.Adopt ? LaunchedEnis.Description : wanted.Description)
            && row.SourceDestCheck == wanted.SourceDestCheck
            && at.DeleteOnTermination == wanted.DeleteOnTermination
            && row.Tags.GetValueOrDefault("team") == wanted.Team
            && row.GroupIds.Order(StringComparer.Ordinal).SequenceEqual(wanted.Groups.Order(StringComparer.Ordinal))
            && (wanted.TcpTimeout is null || row.ConnectionTracking?.TcpEstablishedTimeout == wanted.TcpTimeout)
            && cluster.Ec2.World.ElasticIps.Any(address => address.NetworkInterfaceId == row.Id) == wanted.ElasticIps
            && at.EnaQueueCount == wanted.Queues
            && (at.EnaExpress?.Enabled ?? false) == (wanted.EnaExpress ?? false)
            && attachment.Spec.DeviceIndex >= wanted.DeviceIndex
            && row.Tags[EniTags.ManagedBy] == EniTags.Owner;
        return same ? null : $"{row.Id} of {name} is not as {wanted.Name} asks for";
    }

    private static string Conditions(EniAttachment attachment) =>
        string.Join(
            "; ",
            (attachment.Status?.Conditions ?? []).Select(condition => $"{condition.Type}={condition.Status} {condition.Reason}: {condition.Message}")
        );
}
