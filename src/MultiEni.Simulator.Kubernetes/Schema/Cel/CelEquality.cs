namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>What <c>==</c> and <c>&lt;</c> mean in a rule: numbers compare by value across their types, sets and map lists without order.</summary>
internal static class CelEquality
{
    public static bool AreEqual(CelValue left, CelValue right)
    {
        if (IsNumber(left.Kind) && IsNumber(right.Kind))
        {
            return Compare(left, right) == 0;
        }

        if (left.Kind != right.Kind)
        {
            return false;
        }

        return left.Kind switch
        {
            CelKind.List => AreEqual(left.AsList, right.AsList),
            CelKind.Map => AreEqual(left.AsMap, right.AsMap),
            CelKind.Optional => (left.AsOptional, right.AsOptional) switch
            {
                ({ } a, { } b) => AreEqual(a, b),
                (null, null) => true,
                _ => false,
            },
            _ => left == right,
        };
    }

    /// <summary>Negative, zero or positive; null when the two have no order.</summary>
    public static int? Compare(CelValue left, CelValue right) =>
        (left.Kind, right.Kind) switch
        {
            (CelKind.Int, CelKind.Int) => left.AsInt.CompareTo(right.AsInt),
            (CelKind.Uint, CelKind.Uint) => left.AsUint.CompareTo(right.AsUint),
            (CelKind.Int, CelKind.Uint) => left.AsInt < 0 ? -1 : ((ulong)left.AsInt).CompareTo(right.AsUint),
            (CelKind.Uint, CelKind.Int) => right.AsInt < 0 ? 1 : left.AsUint.CompareTo((ulong)right.AsInt),
            (CelKind.Double, CelKind.Double) => CompareReal(left.AsDouble, right.AsDouble),
            (CelKind.Double, CelKind.Int) => CompareReal(left.AsDouble, right.AsInt),
            (CelKind.Int, CelKind.Double) => CompareReal(left.AsInt, right.AsDouble),
            (CelKind.Double, CelKind.Uint) => CompareReal(left.AsDouble, right.AsUint),
            (CelKind.Uint, CelKind.Double) => CompareReal(left.AsUint, right.AsDouble),
            (CelKind.String, CelKind.String) => CompareText(left.AsString, right.AsString),
            (CelKind.Bool, CelKind.Bool) => left.AsBool.CompareTo(right.AsBool),
            (CelKind.Timestamp, CelKind.Timestamp) or (CelKind.Duration, CelKind.Duration) => left.AsInt.CompareTo(right.AsInt),
            _ => null,
        };

    public static bool IsNumber(CelKind kind) => kind is CelKind.Int or CelKind.Uint or CelKind.Double;

    private static int? CompareReal(double left, double right) => double.IsNaN(left) || double.IsNaN(right) ? null : left.CompareTo(right);

    /// <summary>By code point, which differs from UTF-16 order above the basic plane.</summary>
    private static int CompareText(string left, string right)
    {
        var a = left.EnumerateRunes();
        var b = right.EnumerateRunes();
        while (true)
        {
            var more = a.MoveNext();
            if (!b.MoveNext())
            {
                return more ? 1 : 0;
            }

            if (!more)
            {
                return -1;
            }

            if (a.Current != b.Current)
            {
                return a.Current.CompareTo(b.Current);
            }
        }
    }

    private static bool AreEqual(CelList left, CelList right)
    {
        if (left.Count != right.Count)
        {
            return false;
        }

        if (left.Unordered is not null)
        {
            return ContainsAll(left, right) && ContainsAll(right, left);
        }

        for (var i = 0; i < left.Count; i++)
        {
            if (!AreEqual(left[i], right[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool ContainsAll(CelList list, CelList items)
    {
        for (var i = 0; i < items.Count; i++)
        {
            if (!Contains(list, items[i]))
            {
                return false;
            }
        }

        return true;
    }

    public static bool Contains(CelList list, CelValue item)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (AreEqual(list[i], item))
            {
                return true;
            }
        }

        return false;
    }

    private static bool AreEqual(CelMap left, CelMap right)
    {
        if (left.Count != right.Count)
        {
            return false;
        }

        foreach (var key in left.Keys)
        {
            if (!left.TryGet(key, out var a) || !right.TryGet(key, out var b) || !AreEqual(a, b))
            {
                return false;
            }
        }

        return true;
    }
}
