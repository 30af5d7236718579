namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>A map while a rule is evaluated: of JSON, or computed.</summary>
internal abstract class CelMap
{
    public abstract int Count { get; }

    public abstract IEnumerable<CelValue> Keys { get; }

    public abstract bool TryGet(CelValue key, out CelValue value);

    /// <summary>A field by the name that the rule uses for it.</summary>
    public virtual bool TryGetField(string name, out CelValue value) => TryGet(CelValue.Of(name), out value);
}
