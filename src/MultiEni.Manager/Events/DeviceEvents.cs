using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Events;

namespace MultiEni.Manager.Events;

/// <summary>
/// The events that a change of the agent's conditions is worth. They follow from the two statuses alone, so that a restarted agent, which
/// finds its predecessor's status, does not say everything again.
/// </summary>
public static class DeviceEvents
{
    // What only takes time, or follows from another condition, is told in the status and is no news.
    private static readonly HashSet<string> Passing =
    [
        Reasons.Progressing,
        Reasons.WaitingForDevice,
        Reasons.ConcurrentOperation,
        Reasons.Publishing,
        Reasons.AllocatableMismatch,
        Reasons.Withdrawn,
        Reasons.Releasing,
        Reasons.Released,
    ];

    /// <summary>What to tell.</summary>
    /// <param name="node">The node, which the messages name: the events are on the NodeENI, which has many.</param>
    /// <param name="before">The conditions as they were; null for none.</param>
    /// <param name="after">The conditions as they are.</param>
    public static IEnumerable<DeviceEvent> Between(string node, IReadOnlyList<Condition>? before, EniAttachmentStatus after)
    {
        ArgumentNullException.ThrowIfNull(after);
        var wasBound = before.IsTrue(ConditionTypes.Bound);
        foreach (var condition in after.Conditions ?? [])
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
            else if (!isTrue && !Passing.Contains(condition.Reason))
            {
                yield return Trouble(node, condition);
            }

            if (condition.Type == ConditionTypes.Bound && wasBound && condition.Reason == Reasons.Released)
            {
                yield return new DeviceEvent(EventType.Normal, ManagerEvents.DpdkUnbound, $"{node}: {condition.Message}");
            }
        }

        if (wasBound && after.Conditions.Find(ConditionTypes.Bound) is null)
        {
            yield return new DeviceEvent(
                EventType.Normal,
                ManagerEvents.DpdkUnbound,
                $"{node}: {after.Device?.PciAddress} is held by {after.Device?.Driver ?? "no driver"} again."
            );
        }
    }

    private static bool Same(Condition? left, Condition right) =>
        left is not null
        && left.Status == right.Status
        && left.Reason == right.Reason
        && (left.Message == right.Message || right.Status == ConditionStatus.True);

    private static string? Success(string type) =>
        type switch
        {
            ConditionTypes.Bound => ManagerEvents.DpdkBound,
            ConditionTypes.Advertised => ManagerEvents.DeviceAdvertised,
            ConditionTypes.Released => ManagerEvents.DeviceReleased,
            _ => null,
        };

    private static DeviceEvent Trouble(string node, Condition condition)
    {
        var message = $"{node}: {condition.Reason}: {condition.Message}";
        return condition.Type switch
        {
            // A pod that has the device is nobody's mistake, and the answer that its owner waits for.
            ConditionTypes.Released when condition.Reason is Reasons.DeviceInUse or Reasons.RemovalBlocked => new(
                EventType.Normal,
                ManagerEvents.DeviceInUse,
                message
            ),
            _ when condition.Reason == Reasons.RemovalBlocked => new(EventType.Warning, ManagerEvents.DeviceInUse, message),
            ConditionTypes.Released => new(EventType.Warning, ManagerEvents.DpdkUnbindFailed, message),
            ConditionTypes.Bound => new(EventType.Warning, ManagerEvents.DpdkBindFailed, message),
            ConditionTypes.Advertised => new(EventType.Warning, ManagerEvents.DeviceNotAdvertised, message),
            _ => new(EventType.Warning, ManagerEvents.DeviceRefused, message),
        };
    }
}
