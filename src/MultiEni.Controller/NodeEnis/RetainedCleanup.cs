using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Ec2.Inventory;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.Telemetry;
using MultiEni.Operator.Events;

namespace MultiEni.Controller.NodeEnis;

/// <summary>
/// Deletes the retained ENIs of a NodeENI that is being deleted. That it is deleted is proof that
/// nobody wants them any more, so they need not wait for the leak pass.
/// </summary>
internal sealed class RetainedCleanup(RetainedView retained, EniInventory inventory, Ec2Client ec2, EventRecorder events)
{
    // Between two looks at the NodeENI, so that the plans of others do not wait for very many.
    private const int MostAtOnce = 20;

    /// <summary>Deletes what is left.</summary>
    /// <returns>What is not deleted yet; null when nothing is left.</returns>
    public async Task<RetainedLeft?> DeleteAsync(NodeEni nodeEni, CancellationToken cancellationToken)
    {
        Ec2Failure? failure = null;
        foreach (var row in retained.LeftOf(nodeEni).Take(MostAtOnce))
        {
            try
            {
                await ec2.DeleteAsync(EniId.Parse(row.EniId, null), CallPriority.DetachAndDelete, cancellationToken);
                events.Record(
                    NodeEniReferences.To(nodeEni),
                    EventType.Normal,
                    Events.EniDeleted,
                    $"{row.EniId}, which was retained from {row.Tags.GetValueOrDefault(EniTags.Node, "an earlier node")}, is deleted together with the NodeENI"
                );
            }
            catch (Ec2CallException failed)
            {
                // The others are tried as well. What EC2 shows of this one is looked at again: it
                // may be gone, or attached by somebody.
                failure = failed.Failure;
                inventory.Watch(row.EniId);
                if (failure.Reaction.Visibility == Visibility.ConditionAndEvent)
                {
                    events.Record(
                        NodeEniReferences.To(nodeEni),
                        EventType.Warning,
                        Events.EniDeletionFailed,
                        $"{row.EniId}, which is retained: {FailureMessage.For(failure)}"
                    );
                }
            }
        }

        var left = retained.LeftOf(nodeEni).Count;
        return left == 0 ? null : new(left, failure);
    }
}

/// <summary>Retained ENIs of a NodeENI that is being deleted.</summary>
/// <param name="Count">How many are left.</param>
/// <param name="Failure">Why EC2 did not delete one of them; null when it was not asked yet.</param>
internal sealed record RetainedLeft(int Count, Ec2Failure? Failure);
