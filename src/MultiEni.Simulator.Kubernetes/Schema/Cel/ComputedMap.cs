namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>A map that an expression made, or a set of variables.</summary>
internal sealed class ComputedMap(IReadOnlyDictionary<string, object?> entries) : CelMap
{
    public override int Count => entries.Count;

    public override IEnumerable<string> Keys => entries.Keys;

    public override bool TryGet(string key, out object? value) => entries.TryGetValue(key, out value);
}
