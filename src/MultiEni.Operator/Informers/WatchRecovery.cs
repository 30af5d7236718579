using System.Text.Json;
using MultiEni.Operator.Client;

namespace MultiEni.Operator.Informers;

/// <summary>How an informer goes on after its watch ended, as a pure decision.</summary>
/// <param name="ListAgain">
/// Start over with a list; otherwise resume from the last version seen.
/// </param>
/// <param name="IsFailure">Whether this counts towards the backoff.</param>
public readonly record struct WatchRecovery(bool ListAgain, bool IsFailure)
{
    private static readonly TimeSpan Suspicious = TimeSpan.FromSeconds(1);

    /// <summary>After a list or watch that broke.</summary>
    /// <param name="failure">How it broke.</param>
    /// <param name="sawFrames">Whether the watch had brought anything.</param>
    /// <param name="hasExpired">Whether the attempt before ended with 410 as well.</param>
    public static WatchRecovery AfterFailure(Exception failure, bool sawFrames, bool hasExpired) =>
        failure switch
        {
            // Ordinary after a long break, and it proves that the server answers: no reason to
            // wait, unless a new list has just been of no help.
            KubernetesApiException { IsExpired: true } => new(ListAgain: true, IsFailure: hasExpired && !sawFrames),
            KubernetesApiException refused => new(ListAgain: !refused.IsTransient, IsFailure: true),
            // Resuming would meet the unreadable frame again.
            JsonException => new(ListAgain: true, IsFailure: true),
            // Silence to the end, without even a bookmark, is also what a version from the future
            // looks like (a restored backup).
            TimeoutException => new(ListAgain: !sawFrames, IsFailure: true),
            _ => new(ListAgain: false, IsFailure: true),
        };

    /// <summary>After a watch that the server ended in good order.</summary>
    public static WatchRecovery AfterEnd(bool sawFrames, TimeSpan lasted, TimeSpan asked) =>
        new(ListAgain: !sawFrames && lasted >= asked - Suspicious, IsFailure: !sawFrames && lasted < Suspicious);
}
