namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>What <c>==</c> and <c>&lt;</c> mean: numbers compare by value across their types, sets and map lists without order.</summary>
internal static class CelEquality
{
    public static bool AreEqual(object? left, object? right) =>
        (left, right) switch
        {
            (long a, double b) => a == b,
            (double a, long b) => a == b,
            (double a, double b) => a == b,
            (CelList a, CelList b) => AreEqual(a, b),
            (CelMap a, CelMap b) => a.Count == b.Count && a.Keys.All(key => a.TryGet(key, out var x) && b.TryGet(key, out var y) && AreEqual(x, y)),
            (CelOptional a, CelOptional b) => a.HasValue == b.HasValue && AreEqual(a.Value, b.Value),
            _ => Equals(left, right),
        };

    public static bool Contains(CelList list, object? item) => Items(list).Any(candidate => AreEqual(candidate, item));

    public static IEnumerable<object?> Items(CelList list) => Enumerable.Range(0, list.Count).Select(i => list[i]);

    /// <summary>Negative, zero or positive, or the failure.</summary>
    public static object Compare(object? left, object? right, string symbol) =>
        (left, right) switch
        {
            (long a, long b) => (long)a.CompareTo(b),
            (string a, string b) => CompareText(a, b),
            (bool a, bool b) => (long)a.CompareTo(b),
            (long or double, long or double) => CompareReal(Convert.ToDouble(left, null), Convert.ToDouble(right, null)),
            (long or double or string or bool, _) => CelError.NoSuchOverload,
            _ => new CelError($"no such overload: _{symbol}_"),
        };

    private static object CompareReal(double left, double right) =>
        double.IsNaN(left) || double.IsNaN(right) ? new CelError("NaN values cannot be ordered") : (long)left.CompareTo(right);

    // By code point, which differs from UTF-16 order above the basic plane.
    private static long CompareText(string left, string right)
    {
        var a = left.EnumerateRunes();
        var b = right.EnumerateRunes();
        while (a.MoveNext())
        {
            if (!b.MoveNext() || a.Current > b.Current)
            {
                return 1;
            }

            if (a.Current < b.Current)
            {
                return -1;
            }
        }

        return b.MoveNext() ? -1 : 0;
    }

    private static bool AreEqual(CelList left, CelList right)
    {
        if (left.Count != right.Count)
        {
            return false;
        }

        return left.IsUnordered
            ? Items(left).All(item => Contains(right, item)) && Items(right).All(item => Contains(left, item))
            : Items(left).Zip(Items(right)).All(static pair => AreEqual(pair.First, pair.Second));
    }
}
