using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Cli.Explain;
using MultiEni.Controller.Summary;

namespace MultiEni.Cli.Doctor;

/// <summary>
/// Conditions of NodeENIs: subnets, security groups, zones, limits, and whether the controller
/// reconciles them at all.
/// </summary>
internal static class NodeEniCheck
{
    public const string Name = "NodeENIs";

    private static readonly TimeSpan ReconcileTimeout = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan DeletionTimeout = TimeSpan.FromMinutes(10);

    public static IEnumerable<Finding> Run(ClusterSnapshot snapshot) =>
        (snapshot.NodeEnis.Value ?? [])
            .OrderBy(nodeEni => nodeEni.Metadata.Name, StringComparer.Ordinal)
            .Select(nodeEni => Inspect(nodeEni, snapshot))
            .OfType<Finding>();

    private static Finding? Inspect(NodeEni nodeEni, ClusterSnapshot snapshot)
    {
        var subject = $"nodeeni {nodeEni.Metadata.Name}";
        if (snapshot.Now - nodeEni.Metadata.DeletionTimestamp > DeletionTimeout)
        {
            return new Finding(
                Name,
                Severity.Warning,
                subject,
                $"It has been deleting since {nodeEni.Metadata.DeletionTimestamp:u}.",
                [$"To see what it waits for, run `kubectl eni status {nodeEni.Metadata.Name}`."],
                Reasons.CleanupTimeout
            );
        }

        var conditions = nodeEni.Status?.Conditions;
        if (conditions is null && snapshot.Now - nodeEni.Metadata.CreationTimestamp > ReconcileTimeout)
        {
            return new Finding(Name, Severity.Error, subject, "No controller has reconciled it.", ["See the findings about the controller."]);
        }

        // The next check reports reasons of its ENIs, with their nodes.
        var reported = (snapshot.Attachments.Value ?? [])
            .Where(attachment => attachment.Spec!.NodeEniRef.Name == nodeEni.Metadata.Name)
            .SelectMany(attachment => attachment.Status?.Conditions ?? [])
            .Select(condition => condition.Reason)
            .ToHashSet(StringComparer.Ordinal);
        var problem = (conditions ?? []).FirstOrDefault(condition => IsBad(condition) && !reported.Contains(condition.Reason));
        if (problem is null)
        {
            return null;
        }

        var works = conditions.IsTrue(ConditionTypes.Ready);
        return new Finding(
            Name,
            works && problem.Reason == Reasons.DeviceIndexTaken ? Severity.Info
                : works ? Severity.Warning
                : Severity.Error,
            subject,
            problem.Message,
            ReasonGuide.Current.Find(problem.Reason)?.Remedies ?? [],
            problem.Reason
        );
    }

    // Degraded=True is always bad: even a transient reason has lasted too long. Other
    // conditions are judged by their reason; even a true one may need
    // attention, for example if no node matches.
    private static bool IsBad(Condition condition) =>
        condition.Type == ConditionTypes.Degraded
            ? condition.Status == ConditionStatus.True
            : ReasonGuide.Current.Find(condition.Reason) is { IsTrouble: true };
}

/// <summary>
/// Conditions of ENIAttachments, one finding per reason; includes the issues in the user guide.
/// </summary>
internal static class EniCheck
{
    public const string Name = "ENIs";

    public static IEnumerable<Finding> Run(ClusterSnapshot snapshot) =>
        (snapshot.Attachments.Value ?? [])
            .Select(attachment => (Attachment: attachment, Condition: Trouble(attachment, snapshot.Now)))
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
                    group.Any(item => AttachmentTrouble.Is(item.Attachment, snapshot.Now)) ? Severity.Error : Severity.Warning,
                    count == 1
                        ? $"eniattachment {group.First().Attachment.Metadata.Name} on node {nodes[0]}"
                        : $"{count} ENIs on {NameList.Shorten("node", nodes)}",
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
