using MultiEni.Controller.Ec2.Failures;

namespace MultiEni.Controller.Attachments;

/// <summary>Says to people what a failed EC2 call means for them. Pure.</summary>
internal static class FailureMessage
{
    public static string For(Ec2Failure failure) =>
        failure.Reaction switch
        {
            Ec2Reaction.Unauthorized =>
                $"the controller's role lacks ec2:{failure.Action}: {failure.Message}. Grant it; see the IAM policy in the documentation",
            Ec2Reaction.SubnetFull { OnlyPrefixes: true } =>
                $"no whole block is free for a prefix, however many single addresses are ({failure}); "
                    + "set a range aside with a subnet CIDR reservation of type prefix, or use another subnet",
            Ec2Reaction.SubnetFull => $"no address is free ({failure}); free some, or use another subnet",
            Ec2Reaction.NodeFull => $"{failure.Message}; the ENI is kept and attached when another one is detached from the instance",
            Ec2Reaction.OutcomeUnknown => $"{failure.Action} got no answer ({failure.Code}); its outcome is found out before it is repeated",
            Ec2Reaction.InstanceNotRunning => $"the instance cannot take an ENI now: {failure.Message}",
            _ => $"{failure.Action} failed: {failure.Code}: {failure.Message}",
        };

    public static string EventFor(EniStep step) =>
        step switch
        {
            EniStep.Create => Events.EniCreationFailed,
            EniStep.Attach => Events.EniAttachmentFailed,
            EniStep.Detach => Events.EniDetachmentFailed,
            EniStep.Delete => Events.EniDeletionFailed,
            _ => Events.EniUpdateFailed,
        };
}
