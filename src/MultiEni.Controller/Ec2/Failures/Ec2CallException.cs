namespace MultiEni.Controller.Ec2.Failures;

/// <summary>A call of EC2 failed; the one exception type that leaves the edge, besides cancellation and what the mutation guard throws.</summary>
internal sealed class Ec2CallException : Exception
{
    /// <summary>Wraps a classified failure.</summary>
    public Ec2CallException(Ec2Failure failure, Exception? innerException = null)
        : base(failure?.ToString(), innerException) => Failure = failure ?? throw new ArgumentNullException(nameof(failure));

    /// <summary>What happened and what to do about it.</summary>
    public Ec2Failure Failure { get; }
}
