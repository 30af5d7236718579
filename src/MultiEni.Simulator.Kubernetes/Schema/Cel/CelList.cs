namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>A list.</summary>
internal abstract class CelList
{
    public abstract int Count { get; }

    public abstract object? this[int index] { get; }

    /// <summary>Whether the order of the items says nothing.</summary>
    public virtual bool IsUnordered => false;
}
