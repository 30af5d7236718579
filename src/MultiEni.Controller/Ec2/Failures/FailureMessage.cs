namespace MultiEni.Controller.Ec2.Failures;

/// <summary>Says to people what a failed EC2 call means for them. Pure.</summary>
internal static class FailureMessage
{
    public static string For(Ec2Failure failure) =>
        failure.Reaction switch
        {
            Ec2Reaction.Unauthenticated => Unauthenticated(failure),
            Ec2Reaction.Unauthorized { Permission: { } permission } =>
                $"the controller's role lacks {permission}{(permission == $"ec2:{failure.Action}" ? "" : $", which {failure.Action} needs")}: "
                    + $"{Words(failure)}. {(Denies(failure) ? "Lift the deny" : "Grant it")}; see the IAM policy in the documentation",
            Ec2Reaction.Unauthorized =>
                $"{failure.Action} was refused ({failure.Code}: {Words(failure)}); look at the state of the AWS account, the policy of the VPC endpoint and the proxy",
            Ec2Reaction.SubnetFull { OnlyPrefixes: true } => $"no whole block is free for a prefix, however many single addresses are ({failure}); "
                + "set a range aside with a subnet CIDR reservation of type prefix, or use another subnet",
            Ec2Reaction.SubnetFull => $"no address is free ({failure}); free some, or use another subnet",
            Ec2Reaction.NodeFull => $"{failure.Message}; the ENI is kept and attached when another one is detached from the instance",
            Ec2Reaction.OutcomeUnknown =>
                $"{failure.Action} got no answer ({failure.Code}: {Words(failure)}); its outcome is found out before it is repeated",
            Ec2Reaction.InstanceNotRunning => $"the instance cannot take an ENI now: {failure.Message}",
            _ => $"{failure.Action} failed: {failure.Code}: {failure.Message}",
        };

    private static string Unauthenticated(Ec2Failure failure) =>
        failure.Code switch
        {
            FailureTable.NoCredentials =>
                $"the controller has no AWS credentials: {Words(failure)}. Check the role of its service account (EKS Pod Identity or IRSA) and that it can be reached",
            "RequestExpired" => $"EC2 does not accept the time of {failure.Action}: {Words(failure)}. Check the clock of the controller's node",
            _ =>
                $"EC2 does not accept the controller's credentials: {failure.Code}: {Words(failure)}. Check the access key or the role of its service account, "
                    + "and the clock of its node",
        };

    private static bool Denies(Ec2Failure failure) => failure.Message.Contains("explicit deny", StringComparison.OrdinalIgnoreCase);

    // EC2 ends some sentences, and ours go on.
    private static string Words(Ec2Failure failure) => failure.Message.TrimEnd('.', ' ');
}
