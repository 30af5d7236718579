namespace MultiEni.Api.Kubernetes;

/// <summary>Repels pods that do not tolerate it.</summary>
/// <param name="Key">Names the taint.</param>
/// <param name="Value">Optional.</param>
/// <param name="Effect"><c>NoSchedule</c>, <c>PreferNoSchedule</c> or <c>NoExecute</c>.</param>
public sealed record Taint(string Key, string? Value, string Effect);
