namespace MultiEni.Operator.Configuration;

/// <summary>A setting as it is in force.</summary>
/// <param name="Name">Its flag without dashes, or its variable when it has no flag.</param>
/// <param name="Value">Its value; hidden when it is a secret.</param>
/// <param name="Source">Where the value came from: <c>flag</c>, <c>environment</c> or <c>default</c>.</param>
public sealed record EffectiveSetting(string Name, string Value, string Source);
