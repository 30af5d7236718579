namespace MultiEni.Operator.Client;

/// <summary>What became of a write.</summary>
/// <param name="Verb">Such as <c>apply</c> or <c>delete</c>.</param>
/// <param name="Resource">The lower-case plural, with the subresource where there is one: <c>nodeenis/status</c>.</param>
/// <param name="Key">The object.</param>
/// <param name="Failure">Why it failed; null when the server took it.</param>
public sealed record WriteOutcome(string Verb, string Resource, ObjectKey Key, Exception? Failure);
