namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>A list.</summary>
/// <param name="Items">What it holds.</param>
/// <param name="IsUnordered">Whether the order of the items says nothing.</param>
internal sealed record CelList(IReadOnlyList<object?> Items, bool IsUnordered = false)
{
    public bool Contains(object? item) => Items.Any(candidate => CelEquality.AreEqual(candidate, item));
}
