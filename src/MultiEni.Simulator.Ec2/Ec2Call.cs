namespace MultiEni.Simulator.Ec2;

/// <summary>One request as it came in.</summary>
/// <param name="Sequence">1 for the first request of the simulator's life.</param>
/// <param name="Parameters">The form, lists numbered as on the wire.</param>
/// <param name="AccessKeyId">
/// Who signed it, which tells callers apart; empty when nobody did.
/// </param>
public sealed record Ec2Call(
    long Sequence,
    string Action,
    bool Mutating,
    IReadOnlyDictionary<string, string> Parameters,
    DateTimeOffset ReceivedAt,
    string AccessKeyId = ""
);
