namespace MultiEni.Controller.Ec2.Budget;

/// <summary>The account's token bucket of one API.</summary>
/// <param name="Burst">Tokens of a full bucket.</param>
/// <param name="PerSecond">Refill.</param>
/// <param name="Mutating">Whether the API changes something; some accounts share one pool among those (docs/reference/ec2.md#request-tokens).</param>
internal readonly record struct ApiRate(double Burst, double PerSecond, bool Mutating);
