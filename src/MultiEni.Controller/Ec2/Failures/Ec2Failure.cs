namespace MultiEni.Controller.Ec2.Failures;

/// <summary>One failed call.</summary>
/// <param name="Action">API name.</param>
/// <param name="Code">EC2's error code, or the kind of transport failure.</param>
/// <param name="Message">EC2's text, for people.</param>
/// <param name="Reaction">What to do about it; the only part that decisions look at.</param>
internal sealed record Ec2Failure(string Action, string Code, string Message, Ec2Reaction Reaction)
{
    /// <summary>Action, code and message in one line.</summary>
    public override string ToString() => $"{Action}: {Code}: {Message}";
}

/// <summary>
/// A call of EC2 failed; the one exception type that leaves the edge, besides cancellation and what
/// the mutation guard throws.
/// </summary>
internal sealed class Ec2CallException : Exception
{
    /// <summary>Wraps a classified failure.</summary>
    public Ec2CallException(Ec2Failure failure, Exception? innerException = null)
        : base(failure?.ToString(), innerException) => Failure = failure ?? throw new ArgumentNullException(nameof(failure));

    /// <summary>What happened and what to do about it.</summary>
    public Ec2Failure Failure { get; }
}
