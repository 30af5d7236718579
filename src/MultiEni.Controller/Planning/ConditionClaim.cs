namespace MultiEni.Controller.Planning;

/// <summary>What a condition is to say.</summary>
/// <param name="Holds">Whether it is true.</param>
/// <param name="Reason">One of <see cref="Api.Reasons"/>.</param>
/// <param name="Message">A sentence for people.</param>
internal sealed record ConditionClaim(bool Holds, string Reason, string Message);
