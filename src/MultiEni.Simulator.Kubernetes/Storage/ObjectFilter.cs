using MultiEni.Simulator.Kubernetes.Selectors;

namespace MultiEni.Simulator.Kubernetes.Storage;

/// <summary>Which objects of a resource a list or a watch is about.</summary>
internal sealed record ObjectFilter(string Namespace, LabelSelector Labels, FieldSelector Fields)
{
    public static ObjectFilter Everything { get; } = new("", LabelSelector.Everything, FieldSelector.Everything);

    public bool Matches(StoredObject obj) =>
        (Namespace.Length == 0 || obj.Key.Namespace == Namespace) && Labels.Matches(obj.Labels) && Fields.Matches(obj);

    /// <summary>The change as it looks through the filter, or null when it does not show.</summary>
    public Change? See(Change change)
    {
        if (change.Type == ChangeType.Bookmark)
        {
            return change;
        }

        var before = change.Before is not null && Matches(change.Before);
        var now = change.Type != ChangeType.Deleted && Matches(change.Object!);
        return (before, now) switch
        {
            (false, false) => null,
            (true, true) => change,
            (false, true) => change.Type == ChangeType.Added ? change : change with { Type = ChangeType.Added },
            (true, false) => change.Type == ChangeType.Deleted ? change : change with { Type = ChangeType.Deleted, HasLeft = true },
        };
    }
}
