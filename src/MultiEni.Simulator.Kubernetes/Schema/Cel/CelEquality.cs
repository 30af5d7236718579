namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>
/// What <c>==</c> and <c>&lt;</c> mean: sets and map lists compare without order.
/// </summary>
internal static class CelEquality
{
    public static bool AreEqual(object? left, object? right) =>
        (left, right) switch
        {
            (long a, double b) => a == b,
            (double a, long b) => a == b,
            (CelList a, CelList b) => AreEqual(a, b),
            (CelMap a, CelMap b) => a.Count == b.Count && a.Keys.All(key => a.TryGet(key, out var x) && b.TryGet(key, out var y) && AreEqual(x, y)),
            (Types.Quantity a, Types.Quantity b) => a.Nanos == b.Nanos,
            (CelOptional a, CelOptional b) => a.HasValue == b.HasValue && AreEqual(a.Value, b.Value),
            _ => Equals(left, right),
        };

    /// <summary>
    /// Negative, zero or positive, or the failure: the order of amounts and of versions, which have
    /// no operators.
    /// </summary>
    public static object CompareMembers(object? left, object? right) =>
        (left, right) switch
        {
            (Types.Quantity a, Types.Quantity b) => (long)a.Nanos.CompareTo(b.Nanos),
            (CelVersion a, CelVersion b) => (long)CelVersion.Compare(a, b),
            _ => CelError.NoSuchOverload,
        };

    /// <summary>Negative, zero or positive, or the failure.</summary>
    public static object Compare(object? left, object? right) =>
        (left, right) switch
        {
            (long a, long b) => (long)a.CompareTo(b),
            // By code point, which the order of UTF-32 is.
            (string a, string b) => (long)System.Text.Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(System.Text.Encoding.UTF8.GetBytes(b)),
            _ => CelError.NoSuchOverload,
        };

    private static bool AreEqual(CelList left, CelList right) =>
        left.Items.Count == right.Items.Count
        && (
            left.IsUnordered
                ? left.Items.All(right.Contains) && right.Items.All(left.Contains)
                : left.Items.Zip(right.Items).All(static pair => AreEqual(pair.First, pair.Second))
        );
}
