using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Telemetry;

namespace MultiEni.Controller.PodAddresses;

/// <summary>
/// The events about addresses for pods. Pure. What an ENI lacks follows from the two statuses
/// alone, so that a restart says nothing again, and what goes on for the same reason is said once.
/// </summary>
internal static class PodAddressEvents
{
    /// <summary>What a change of the condition is worth; null for nothing.</summary>
    /// <param name="attachment">The attachment as it was.</param>
    /// <param name="after">The controller's part of its status as it is.</param>
    public static PodAddressEvent? Between(EniAttachment attachment, EniAttachmentStatus after)
    {
        var before = attachment.Status?.Conditions.Find(ConditionTypes.PodAddresses);
        var (node, now) = (attachment.Spec!.NodeName, after.Conditions.Find(ConditionTypes.PodAddresses));
        var wasLacking = before is { Status: ConditionStatus.False };
        return now switch
        {
            null => null,
            { Status: ConditionStatus.True } => wasLacking
                ? new(IsWarning: false, Events.AddressesAvailable, $"{node}: pods get addresses of {after.Network?.EniId} again")
                : null,
            _ when wasLacking && before!.Reason == now.Reason => null,
            { Reason: Reasons.AddressLimitReached } => new(IsWarning: true, Events.AddressLimitReached, $"{node}: {now.Message}"),
            _ => new(IsWarning: true, Events.AddressesUnavailable, $"{node}: {now.Reason}: {now.Message}"),
        };
    }

    /// <summary>
    /// Which addresses go from which ENIs to which, and the pods that they are for; null when
    /// none moves.
    /// </summary>
    /// <param name="attachment">The attachment that gets them.</param>
    /// <param name="to">Its ENI.</param>
    /// <param name="change">The call.</param>
    public static string? Move(EniAttachment attachment, EniRow to, PodAddressChange change)
    {
        return change.Sources.Count == 0
            ? null
            : $"{string.Join(", ", change.Moved.Select(address => $"{address}{ForPod(attachment, address)}"))} moved from "
                + $"{string.Join(", ", change.Sources.Select(Described))} to {to.EniId} on {attachment.Spec!.NodeName}";
    }

    private static string ForPod(EniAttachment attachment, string address) =>
        (attachment.Status?.Device?.Addresses?.Requested ?? []).Find(asked => AddressSets.Normalized(asked.Address) == address) is { } asked
            ? $" of pod {asked.Pod}"
            : "";

    private static string Described(EniRow row) => row.Tags.GetValueOrDefault("Node") is { } node ? $"{row.EniId} on {node}" : row.EniId;
}

/// <summary>An event about addresses for pods, to be recorded on the NodeENI.</summary>
/// <param name="IsWarning">Whether somebody has to do something.</param>
/// <param name="Reason">One of <see cref="Events"/>.</param>
/// <param name="Message">The node, what is the case, and what helps.</param>
internal sealed record PodAddressEvent(bool IsWarning, string Reason, string Message);
