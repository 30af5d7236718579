namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>The operators of two operands that are both needed.</summary>
internal static class CelOperators
{
    public static CelNode Apply(string symbol, CelNode left, CelNode right) =>
        symbol switch
        {
            "==" or "!=" => CelNodes.Strict(
                CelType.Join(left.Type, right.Type) is null ? throw CelNodes.Mismatch(symbol) : CelType.Bool,
                Math.Min(left.Type.DeepSize, right.Type.DeepSize) / 10,
                [left, right],
                values =>
                    IsComparable(values[0], values[1]) ? CelEquality.AreEqual(values[0], values[1]) == (symbol == "==") : CelError.NoSuchOverload
            ),
            "in" => In(left, right),
            "+" => Concatenate(left, right),
            _ => Order(symbol, left, right),
        };

    // An amount or a version on the left side takes no other value, which one on the right side
    // does.
    private static bool IsComparable(object? left, object? right) =>
        left is not (Types.Quantity or CelVersion) || right is null || left.GetType() == right.GetType();

    private static CelNode In(CelNode left, CelNode right)
    {
        var fits = right.Type.Kind switch
        {
            CelKind.Dyn => true,
            CelKind.List => right.Type.Item is null || CelType.Join(left.Type, right.Type.Item) is not null,
            CelKind.Map => left.Type.Is(CelKind.String),
            _ => false,
        };
        return fits
            ? CelNodes.Strict(
                CelType.Bool,
                right.Type.Kind == CelKind.List ? right.Type.DeepSize : 1,
                [left, right],
                static values =>
                    values[1] switch
                    {
                        CelList list => list.Contains(values[0]),
                        CelMap map => values[0] is string key && map.Contains(key),
                        _ => CelError.NoSuchOverload,
                    }
            )
            : throw CelNodes.Mismatch("in");
    }

    private static CelNode Concatenate(CelNode left, CelNode right)
    {
        var size = left.Type.Size + right.Type.Size;
        return left.Type.Is(CelKind.String) && right.Type.Is(CelKind.String)
            ? CelNodes.Strict(
                CelType.String with
                {
                    Size = size,
                },
                size / 10.0,
                [left, right],
                static values => values is [string a, string b] ? a + b : CelError.NoSuchOverload
            )
            : throw new CelRefusal("+ of other values than texts");
    }

    private static CelNode Order(string symbol, CelNode left, CelNode right)
    {
        static bool IsOrdered(CelType type) => type.Kind is CelKind.Dyn or CelKind.Int or CelKind.String;

        return IsOrdered(left.Type) && IsOrdered(right.Type) && CelType.Join(left.Type, right.Type) is not null
            ? CelNodes.Strict(
                CelType.Bool,
                Math.Min(left.Type.Kind == CelKind.String ? left.Type.Size : 10, right.Type.Kind == CelKind.String ? right.Type.Size : 10) / 10.0,
                [left, right],
                values =>
                    CelEquality.Compare(values[0], values[1]) switch
                    {
                        long order => symbol switch
                        {
                            "<" => order < 0,
                            "<=" => order <= 0,
                            ">" => order > 0,
                            _ => order >= 0,
                        },
                        var failed => failed,
                    }
            )
            : throw CelNodes.Mismatch(symbol);
    }
}
