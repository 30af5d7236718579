namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>A map that a rule made; small enough to be searched.</summary>
internal sealed class ComputedMap(IReadOnlyList<KeyValuePair<CelValue, CelValue>> entries) : CelMap
{
    public override int Count => entries.Count;

    public override IEnumerable<CelValue> Keys
    {
        get
        {
            foreach (var entry in entries)
            {
                yield return entry.Key;
            }
        }
    }

    public override bool TryGet(CelValue key, out CelValue value)
    {
        foreach (var entry in entries)
        {
            if (CelEquality.AreEqual(entry.Key, key))
            {
                value = entry.Value;
                return true;
            }
        }

        value = default;
        return false;
    }
}
