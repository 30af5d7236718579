using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Cli.Explain;

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
