using System.Text;
using System.Text.Json;
using MultiEni.Api;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Scenarios.Staging;

/// <summary>Says what is the case on a stage, for a test that waited in vain.</summary>
internal static class Situation
{
    private const int LogTail = 15_000;

    public static async Task<string> DescribeAsync(Stage stage, string log, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        foreach (var nodeEni in await stage.Api.NodeEnisAsync(cancellationToken))
        {
            text.AppendLine($"NodeENI {nodeEni.Metadata.Name}: {Conditions(nodeEni.Status?.Conditions)}");
        }

        foreach (var attachment in await stage.Api.AttachmentsAsync(cancellationToken))
        {
            text.AppendLine(
                $"{attachment.Metadata.Name} on {attachment.Spec!.NodeName} (finalizers {string.Join(',', attachment.Metadata.Finalizers ?? [])}, deleted {attachment.Metadata.DeletionTimestamp:HH:mm:ss}): "
                    + $"{JsonSerializer.Serialize(attachment.Status, ApiJson.Default.EniAttachmentStatus)}"
            );
        }

        foreach (var leftover in await stage.Cluster.LeftoversAsync(cancellationToken))
        {
            text.AppendLine($"left: {leftover}");
        }

        foreach (var call in stage.Cluster.Ec2.Counters.Snapshot().Timeline.TakeLast(30))
        {
            text.AppendLine($"EC2 {call.ReceivedAt:HH:mm:ss.fff} {call.Action} {call.ResourceId} {call.ErrorCode}");
        }

        return text.AppendLine(log.Length > LogTail ? log[^LogTail..] : log).ToString();
    }

    private static string Conditions(IReadOnlyList<Condition>? conditions) =>
        string.Join("; ", (conditions ?? []).Select(condition => $"{condition.Type}={condition.Status} {condition.Reason}: {condition.Message}"));
}
