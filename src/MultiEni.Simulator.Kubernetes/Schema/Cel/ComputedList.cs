namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>A list that a rule made.</summary>
internal sealed class ComputedList(IReadOnlyList<CelValue> items) : CelList
{
    public override int Count => items.Count;

    public override CelValue this[int index] => items[index];
}
