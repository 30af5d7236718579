namespace MultiEni.Simulator.Ec2;

/// <summary>What a hook or a fault makes of a call.</summary>
public abstract record Ec2Verdict
{
    private Ec2Verdict() { }

    /// <summary>Nothing special.</summary>
    public static Ec2Verdict Go { get; } = new Proceed();

    /// <summary>
    /// The connection ends without an answer. The AWS SDK repeats such a call by itself, at once
    /// and up to ten times, unless <c>MaxStaleConnectionRetries</c> is 0: <c>MaxErrorRetry</c> has
    /// no say in it.
    /// </summary>
    public static Ec2Verdict LoseConnection { get; } = new Lose();

    /// <summary>Nothing special.</summary>
    public sealed record Proceed : Ec2Verdict;

    /// <summary>As <see cref="LoseConnection"/>, by a reset in place of an orderly end.</summary>
    public static Ec2Verdict ResetConnection { get; } = new Lose { Reset = true };

    /// <summary>
    /// The connection breaks: before the call it never happened, after it the caller cannot know
    /// that it did.
    /// </summary>
    public sealed record Lose : Ec2Verdict
    {
        /// <summary>By a reset in place of an orderly end.</summary>
        public bool Reset { get; init; }
    }

    /// <summary>An error answer; after the call the effect stays all the same.</summary>
    /// <param name="Status">HTTP status; null for the one that goes with the code.</param>
    public sealed record Fail(string Code, string Message = "Injected fault.", int? Status = null) : Ec2Verdict;

    /// <summary>The call goes on after a while, on the simulator's clock.</summary>
    public sealed record Delay(TimeSpan For) : Ec2Verdict;
}
