using System.Diagnostics;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// What is said of an attachment whose next call waits to be admitted, for a token of EC2's budget,
/// or for EC2's answer. Pure.
/// </summary>
internal static class WaitClaim
{
    private const string Pace = "limited by EC2's request quotas";

    /// <summary>The claim; null for a step of which the ENI itself tells enough.</summary>
    public static ConditionClaim? For(EniStep.Call step, EniAttachmentSpec spec)
    {
        return step switch
        {
            EniStep.Create => new(true, Reasons.Creating, $"waiting to create an ENI in {spec.SubnetId}; {Pace}"),
            EniStep.Adopt adopt => new(true, Reasons.Attaching, $"waiting to adopt {adopt.Row.EniId}; {Pace}"),
            EniStep.AdoptLaunched adopt => new(true, Reasons.Attaching, $"waiting to adopt {adopt.Row.EniId}; {Pace}"),
            EniStep.Release release => new(true, Reasons.Deleting, $"waiting to take the tags off {release.Row.EniId}; {Pace}"),
            EniStep.Take take => new(true, Reasons.Attaching, ToBeAttached(take.Row.EniId, spec)),
            EniStep.Update { Row: { Attachment: null } row } => new(true, Reasons.Attaching, ToBeAttached(row.EniId, spec)),
            EniStep.Attach attach => new(true, Reasons.Attaching, ToBeAttached(attach.Row.EniId, spec)),
            EniStep.Detach detach => new(true, Reasons.Detaching, $"waiting to detach {detach.Row.EniId}; {Pace}"),
            EniStep.Delete delete => new(true, Reasons.Deleting, $"waiting to delete {delete.Row.EniId}; {Pace}"),
            // Of an attached ENI its status says what is changed.
            EniStep.Update => null,
            _ => throw new UnreachableException($"{step} is not handled"),
        };
    }

    private static string ToBeAttached(string eniId, EniAttachmentSpec spec) => $"waiting to attach {eniId} to {spec.InstanceId}; {Pace}";
}
