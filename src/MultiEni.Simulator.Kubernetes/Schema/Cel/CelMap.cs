namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>An object or map.</summary>
internal abstract class CelMap
{
    public abstract int Count { get; }

    public abstract IEnumerable<string> Keys { get; }

    public abstract bool TryGet(string key, out object? value);
}
