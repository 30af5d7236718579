namespace MultiEni.Controller.Ec2.Failures;

/// <summary>Says to people what a failed EC2 call means for them. Pure.</summary>
internal static class FailureMessage
{
    /// <summary>The message.</summary>
    /// <param name="failure">What failed.</param>
    /// <param name="subnet">The subnet that it was about, where that is known.</param>
    public static string For(Ec2Failure failure, string subnet = "the subnet") =>
        failure.Reaction.Kind switch
        {
            ReactionKind.Unauthenticated => Unauthenticated(failure),
            ReactionKind.Unauthorized when failure.Reaction.Permission is { } permission =>
                $"the controller's role lacks {permission}{(permission == $"ec2:{failure.Action}" ? "" : $", which {failure.Action} needs")}: "
                    + $"{Words(failure)}. {(Denies(failure) ? "Lift the deny" : "Grant it")}; see the IAM policy in the documentation",
            ReactionKind.Unauthorized =>
                $"{failure.Action} was refused ({failure.Code}: {Words(failure)}); look at the state of the AWS account, the policy of the VPC endpoint and the proxy",
            ReactionKind.SubnetFull when failure.Reaction.Cooldown == CooldownScope.PrefixesOfSubnet => InsufficientAddresses.DescribeNoBlock(
                subnet,
                failure.ToString()
            ),
            ReactionKind.SubnetFull => InsufficientAddresses.Describe(subnet, failure.ToString()),
            ReactionKind.AddressInUse => $"an address that was asked for is in use in {subnet} ({failure}); free it, or name another one",
            ReactionKind.QuotaExceeded => $"the account's limit of network interfaces is reached ({failure}); request a higher one",
            ReactionKind.NodeFull => $"{failure.Message}; the ENI is kept and attached when another one is detached from the instance",
            ReactionKind.OutcomeUnknown =>
                $"{failure.Action} got no answer ({failure.Code}: {Words(failure)}); its outcome is checked before it is repeated",
            ReactionKind.InstanceNotRunning => $"the instance cannot take an ENI now: {failure.Message}",
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
