namespace MultiEni.Simulator.Ec2;

/// <summary>One entry of the timeline.</summary>
/// <param name="ErrorCode">
/// Null for success. The answer may still have been lost: see <paramref name="Answered"/>.
/// </param>
/// <param name="AnsweredAt">When the answer left, or would have.</param>
/// <param name="Answered">False when the connection was broken on purpose.</param>
/// <param name="ResourceId">
/// The interface, attachment or instance that the request names, if any.
/// </param>
public sealed record Ec2CallRecord(
    long Sequence,
    string Action,
    bool Mutating,
    DateTimeOffset ReceivedAt,
    DateTimeOffset AnsweredAt,
    string? ErrorCode,
    bool Answered,
    string? ResourceId
)
{
    /// <summary>Whether a bucket was empty.</summary>
    public bool Throttled => ErrorCode == "RequestLimitExceeded";
}
