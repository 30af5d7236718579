namespace MultiEni.Operator.Configuration;

/// <summary>A flag that was given.</summary>
/// <param name="Value">Its value, or null when it needs one and has none.</param>
internal readonly record struct FlagValue(string? Value);
