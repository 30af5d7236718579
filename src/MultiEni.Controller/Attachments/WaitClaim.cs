using System.Diagnostics;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Attachments;

/// <summary>What is said of an attachment whose next call waits for its admission, for a token of EC2's budget, or for EC2's answer. Pure.</summary>
internal static class WaitClaim
{
    private const string Pace = "EC2's request quotas set the pace";

    /// <summary>The claim; null for a step of which the ENI itself tells enough.</summary>
    public static ConditionClaim? For(EniStep.Call step, EniAttachmentSpec spec)
    {
        return step switch
        {
            EniStep.Create => new(true, Reasons.Creating, $"an ENI in {spec.SubnetId} is to be created; {Pace}"),
            EniStep.Adopt adopt => new(true, Reasons.Attaching, $"{adopt.Row.EniId} is to be adopted; {Pace}"),
            EniStep.Update { Row: { Attachment: null } row } => new(true, Reasons.Attaching, ToBeAttached(row.EniId, spec)),
            EniStep.Attach attach => new(true, Reasons.Attaching, ToBeAttached(attach.Row.EniId, spec)),
            EniStep.Detach detach => new(true, Reasons.Detaching, $"{detach.Row.EniId} is to be detached; {Pace}"),
            EniStep.Delete delete => new(true, Reasons.Deleting, $"{delete.Row.EniId} is to be deleted; {Pace}"),
            // Of an attached ENI its status says what is changed.
            EniStep.Update => null,
            _ => throw new UnreachableException($"{step} is not handled"),
        };
    }

    private static string ToBeAttached(string eniId, EniAttachmentSpec spec) => $"{eniId} is to be attached to {spec.InstanceId}; {Pace}";
}
