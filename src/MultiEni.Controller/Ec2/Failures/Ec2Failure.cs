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
