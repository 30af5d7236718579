using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Cli.Explain;
using MultiEni.Controller.Summary;

namespace MultiEni.Cli.Doctor;

/// <summary>What the controller says of NodeENIs: subnets, groups, zones, limits, and that it looks at them at all.</summary>
internal static class NodeEniCheck
{
    public const string Name = "NodeENIs";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan DeletionPatience = TimeSpan.FromMinutes(10);

    public static IEnumerable<Finding> Run(ClusterSnapshot picture) =>
        (picture.NodeEnis.Value ?? [])
            .OrderBy(nodeEni => nodeEni.Metadata.Name, StringComparer.Ordinal)
            .Select(nodeEni => Look(nodeEni, picture))
            .OfType<Finding>();

    private static Finding? Look(NodeEni nodeEni, ClusterSnapshot picture)
    {
        var subject = $"nodeeni {nodeEni.Metadata.Name}";
        if (picture.Now - nodeEni.Metadata.DeletionTimestamp > DeletionPatience)
        {
            return new Finding(
                Name,
                Severity.Warning,
                subject,
                $"It has been under deletion since {nodeEni.Metadata.DeletionTimestamp:u}.",
                [$"`kubectl eni status {nodeEni.Metadata.Name}` says what it waits for."],
                Reasons.CleanupTimeout
            );
        }

        var conditions = nodeEni.Status?.Conditions;
        if (conditions is null && picture.Now - nodeEni.Metadata.CreationTimestamp > Patience)
        {
            return new Finding(Name, Severity.Error, subject, "No controller has looked at it.", ["See what is said about the controller."]);
        }

        // What its ENIs say themselves is told once, with the nodes, by the next check.
        var told = (picture.Attachments.Value ?? [])
            .Where(attachment => attachment.Spec!.NodeEniRef.Name == nodeEni.Metadata.Name)
            .SelectMany(attachment => attachment.Status?.Conditions ?? [])
            .Select(condition => condition.Reason)
            .ToHashSet(StringComparer.Ordinal);
        var said = (conditions ?? []).FirstOrDefault(condition => IsBad(condition) && !told.Contains(condition.Reason));
        if (said is null)
        {
            return null;
        }

        var works = conditions.IsTrue(ConditionTypes.Ready);
        return new Finding(
            Name,
            works && said.Reason == Reasons.DeviceIndexTaken ? Severity.Info
                : works ? Severity.Warning
                : Severity.Error,
            subject,
            said.Message,
            ReasonGuide.Current.Find(said.Reason)?.Remedies ?? [],
            said.Reason
        );
    }

    // Degraded is bad when true, for whatever reason: one that passes by itself has lasted too long. The others are bad for their reason; and a true one
    // may still carry a reason to look at, such as that no node matches.
    private static bool IsBad(Condition condition) =>
        condition.Type == ConditionTypes.Degraded
            ? condition.Status == ConditionStatus.True
            : ReasonGuide.Current.Find(condition.Reason) is { IsTrouble: true };
}

/// <summary>What controller and ENI managers say of single ENIs, one finding a reason: the issues of the users' guide among them.</summary>
internal static class EniCheck
{
    public const string Name = "ENIs";

    public static IEnumerable<Finding> Run(ClusterSnapshot picture) =>
        (picture.Attachments.Value ?? [])
            .Select(attachment => (Attachment: attachment, Condition: Trouble(attachment, picture.Now)))
            .Where(item => item.Condition is not null)
            .GroupBy(item => item.Condition!.Reason)
            .Select(group =>
            {
                var nodes = group
                    .Select(item => item.Attachment.Spec!.NodeName)
                    .Distinct(StringComparer.Ordinal)
                    .Order(StringComparer.Ordinal)
                    .ToList();
                var count = group.Count();
                return new Finding(
                    Name,
                    group.Any(item => AttachmentTrouble.Is(item.Attachment, picture.Now)) ? Severity.Error : Severity.Warning,
                    count == 1
                        ? $"eniattachment {group.First().Attachment.Metadata.Name} on node {nodes[0]}"
                        : $"{count} ENIs on {Text.Several("node", nodes)}",
                    group.First().Condition!.Message,
                    ReasonGuide.Current.Find(group.Key) is { Remedies: { Count: > 0 } remedies } ? remedies : [$"`kubectl eni explain {group.Key}`"],
                    group.Key
                );
            })
            .OrderBy(finding => finding.Severity)
            .ThenBy(finding => finding.Reason, StringComparer.Ordinal);

    private static Condition? Trouble(EniAttachment attachment, DateTimeOffset now)
    {
        var conditions = attachment.Status?.Conditions ?? [];
        var bad = conditions.Find(condition =>
            condition.Status != ConditionStatus.True && ReasonGuide.Current.Find(condition.Reason) is not { IsTrouble: false }
        );
        if (bad is not null)
        {
            return bad;
        }

        var ready = conditions.Find(condition => condition.Type == ConditionTypes.Ready);
        return ready is not null && AttachmentTrouble.Is(attachment, now)
            ? ready with
            {
                Message = AttachmentTrouble.Describe(attachment, now),
            }
            : null;
    }
}
