namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>A list that an expression made.</summary>
internal sealed class ComputedList(IReadOnlyList<object?> items) : CelList
{
    public override int Count => items.Count;

    public override object? this[int index] => items[index];
}
