namespace MultiEni.Manager.Safety;

/// <summary>Why something is not done.</summary>
/// <param name="Reason">Condition reason.</param>
/// <param name="Message">The thing, the value and the remedy.</param>
internal sealed record Blocker(string Reason, string Message)
{
    /// <summary>
    /// Whether something cannot be told at present, rather than anything speaking against it: then nothing new is done, and what stands is kept.
    /// </summary>
    public bool IsDoubt { get; init; }
}
