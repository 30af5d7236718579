namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>A list while a rule is evaluated: of JSON, or computed.</summary>
internal abstract class CelList
{
    public abstract int Count { get; }

    public abstract CelValue this[int index] { get; }

    /// <summary>How items of a set or map list are told apart; null when the order counts.</summary>
    public virtual SchemaNode? Unordered => null;
}
