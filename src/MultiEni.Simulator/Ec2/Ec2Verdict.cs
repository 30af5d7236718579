namespace MultiEni.Simulator.Ec2;

/// <summary>What a hook or a fault makes of a call.</summary>
public abstract record Ec2Verdict
{
    private Ec2Verdict() { }

    /// <summary>Nothing special.</summary>
    public static Ec2Verdict Go { get; } = new Proceed();

    /// <summary>The connection breaks without an answer.</summary>
    public static Ec2Verdict LoseConnection { get; } = new Lose();

    /// <summary>Nothing special.</summary>
    public sealed record Proceed : Ec2Verdict;

    /// <summary>The connection breaks: before the call it never happened, after it the caller cannot know that it did.</summary>
    public sealed record Lose : Ec2Verdict;

    /// <summary>An error answer; after the call the effect stays all the same.</summary>
    /// <param name="Status">HTTP status; null for the one that goes with the code.</param>
    public sealed record Fail(string Code, string Message = "Injected fault.", int? Status = null)
        : Ec2Verdict;

    /// <summary>The call goes on after a while, on the simulator's clock.</summary>
    public sealed record Delay(TimeSpan For) : Ec2Verdict;
}
