namespace MultiEni.Manager.Host;

/// <summary>One policy routing rule.</summary>
/// <param name="Family">4 or 6.</param>
/// <param name="Priority">The lowest is asked first.</param>
/// <param name="Source">Source prefix, or null for any, or for all but one.</param>
/// <param name="Table">The table it leads to.</param>
internal sealed record RoutingRule(int Family, int Priority, string? Source, int Table);
