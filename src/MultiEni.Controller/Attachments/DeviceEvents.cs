using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Telemetry;
using MultiEni.Operator.Events;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// The events that a change of the agent's conditions is worth. Pure. They follow from the two
/// statuses alone, so that a restart says nothing again. The agents record none: each of a thousand
/// nodes would add its own to the NodeENI, and only the controller can put them together.
/// </summary>
internal static class DeviceEvents
{
    /// <summary>What to tell.</summary>
    /// <param name="node">
    /// The node, which the messages name: the events are on the NodeENI, which has many.
    /// </param>
    /// <param name="before">The conditions as they were; null for none.</param>
    /// <param name="after">The conditions as they are.</param>
    public static IEnumerable<DeviceEvent> Between(string node, IReadOnlyList<Condition>? before, EniAttachmentStatus after)
    {
        var wasBound = before.IsTrue(ConditionTypes.Bound);
        foreach (var condition in (after.Conditions ?? []).Where(condition => ConditionTypes.IsAgents(condition.Type)))
        {
            var earlier = before.Find(condition.Type);
            if (Same(earlier, condition))
            {
                continue;
            }

            var isTrue = condition.Status == ConditionStatus.True;
            if (isTrue && earlier?.Status != ConditionStatus.True)
            {
                if (Success(condition.Type) is { } success)
                {
                    yield return new DeviceEvent(EventType.Normal, success, $"{node}: {condition.Message}");
                }
            }
            else if (!isTrue && !IsOnlyTime(condition.Reason))
            {
                yield return Trouble(node, condition);
            }

            if (condition.Type == ConditionTypes.Bound && wasBound && condition.Reason == Reasons.Released)
            {
                yield return new DeviceEvent(EventType.Normal, Events.DpdkUnbound, $"{node}: {condition.Message}");
            }
        }

        if (wasBound && after.Conditions.Find(ConditionTypes.Bound) is null)
        {
            yield return new DeviceEvent(
                EventType.Normal,
                Events.DpdkUnbound,
                $"{node}: {after.Device?.PciAddress} is held by {after.Device?.Driver ?? "no driver"} again."
            );
        }
    }

    // A kubelet that is not there is written down when it has not been for a while.
    private static bool IsOnlyTime(string reason) => TransientReasons.Contains(reason) && reason != Reasons.KubeletUnavailable;

    private static bool Same(Condition? left, Condition right) =>
        left is not null
        && left.Status == right.Status
        && left.Reason == right.Reason
        && (left.Message == right.Message || right.Status == ConditionStatus.True);

    private static string? Success(string type) =>
        type switch
        {
            ConditionTypes.Bound => Events.DpdkBound,
            ConditionTypes.Advertised => Events.DeviceAdvertised,
            ConditionTypes.Released => Events.DeviceReleased,
            _ => null,
        };

    private static DeviceEvent Trouble(string node, Condition condition)
    {
        var message = $"{node}: {condition.Reason}: {condition.Message}";
        return condition.Type switch
        {
            // A pod that has the device is nobody's mistake, and the answer that its owner waits
            // for.
            ConditionTypes.Released when condition.Reason is Reasons.DeviceInUse or Reasons.RemovalBlocked => new(
                EventType.Normal,
                Events.DeviceInUse,
                message
            ),
            _ when condition.Reason == Reasons.RemovalBlocked => new(EventType.Warning, Events.DeviceInUse, message),
            ConditionTypes.Released => new(EventType.Warning, Events.DpdkUnbindFailed, message),
            ConditionTypes.Bound => new(EventType.Warning, Events.DpdkBindFailed, message),
            ConditionTypes.Advertised => new(EventType.Warning, Events.DeviceNotAdvertised, message),
            _ => new(EventType.Warning, Events.DeviceRefused, message),
        };
    }
}

/// <summary>An event about a device, to be recorded on its NodeENI.</summary>
/// <param name="Type">Normal or warning.</param>
/// <param name="Reason">One of <see cref="Events"/>.</param>
/// <param name="Message">Node, condition reason where there is one, and what helps.</param>
internal sealed record DeviceEvent(EventType Type, string Reason, string Message);
