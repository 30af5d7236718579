using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Cli.Explain;
using MultiEni.Controller.Summary;

namespace MultiEni.Cli.Doctor;

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
