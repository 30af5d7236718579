namespace MultiEni.Operator.Informers;

/// <summary>How an informer is doing.</summary>
/// <param name="IsSynced">Whether the first complete list is in.</param>
/// <param name="LastContact">When the API server was last heard from; null before the first answer.</param>
/// <param name="LastFailure">What went wrong last, or null while the connection is good.</param>
public sealed record InformerHealth(bool IsSynced, DateTimeOffset? LastContact, string? LastFailure);
