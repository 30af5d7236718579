using System.Collections.Concurrent;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// Where no create call makes sense for a while: a full subnet, or everywhere when the account's quota is used up. Without it each of a
/// thousand attachments would find out for itself.
/// </summary>
internal sealed class CreatePauses(TimeProvider time)
{
    private const string Everywhere = "";
    private readonly ConcurrentDictionary<string, Pause> pauses = new();

    public void PauseSubnet(string subnetId, TimeSpan duration, string reason, string message) =>
        pauses[subnetId] = new Pause(time.GetUtcNow() + duration, reason, message);

    public void PauseAll(TimeSpan duration, string reason, string message) => PauseSubnet(Everywhere, duration, reason, message);

    /// <summary>The pause that holds for a subnet, or null.</summary>
    public Pause? For(string subnetId) => Active(Everywhere) ?? Active(subnetId);

    private Pause? Active(string key) => pauses.TryGetValue(key, out var pause) && pause.Until > time.GetUtcNow() ? pause : null;

    /// <summary>One pause.</summary>
    internal sealed record Pause(DateTimeOffset Until, string Reason, string Message);
}
