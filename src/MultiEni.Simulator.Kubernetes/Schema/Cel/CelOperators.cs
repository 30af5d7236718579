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
                values => CelEquality.AreEqual(values[0], values[1]) == (symbol == "==")
            ),
            "in" => In(left, right),
            "+" or "-" or "*" or "/" or "%" => Arithmetic(symbol, left, right),
            _ => Order(symbol, left, right),
        };

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
                        CelList list => CelEquality.Contains(list, values[0]),
                        CelMap map => values[0] is string key && map.TryGet(key, out _),
                        _ => CelError.NoSuchOverload,
                    }
            )
            : throw CelNodes.Mismatch("in");
    }

    private static CelNode Arithmetic(string symbol, CelNode left, CelNode right)
    {
        // One operand that is known tells which operation it must be.
        var type =
            CelType.Join(left.Type, right.Type) is not { } joined ? throw CelNodes.Mismatch(symbol)
            : left.Type.Kind == CelKind.Dyn ? right.Type
            : right.Type.Kind == CelKind.Dyn ? left.Type
            : joined;
        var fits = type.Kind switch
        {
            CelKind.Dyn or CelKind.Int => true,
            CelKind.Double => symbol != "%",
            CelKind.String => symbol == "+",
            CelKind.List => symbol == "+" && !left.Type.IsUnordered && !right.Type.IsUnordered,
            _ => false,
        };
        if (!fits || left.Type.Kind is CelKind.Null or CelKind.Optional || right.Type.Kind is CelKind.Null or CelKind.Optional)
        {
            throw CelNodes.Mismatch(symbol);
        }

        var size = left.Type.Size + right.Type.Size;
        return CelNodes.Strict(
            type.Kind is CelKind.String or CelKind.List ? type with { Size = size } : type,
            type.Kind == CelKind.String ? size / 10.0 : 1,
            [left, right],
            values => CelArithmetic.Apply(symbol, values[0], values[1])
        );
    }

    private static CelNode Order(string symbol, CelNode left, CelNode right)
    {
        static bool IsOrdered(CelType type) => type.Kind is CelKind.Dyn or CelKind.Int or CelKind.Double or CelKind.String or CelKind.Bool;

        static bool IsNumber(CelType type) => type.Kind is CelKind.Int or CelKind.Double;

        if (
            !IsOrdered(left.Type)
            || !IsOrdered(right.Type)
            || (CelType.Join(left.Type, right.Type) is null && !(IsNumber(left.Type) && IsNumber(right.Type)))
        )
        {
            throw CelNodes.Mismatch(symbol);
        }

        return CelNodes.Strict(
            CelType.Bool,
            Math.Min(left.Type.Kind == CelKind.String ? left.Type.Size : 10, right.Type.Kind == CelKind.String ? right.Type.Size : 10) / 10.0,
            [left, right],
            values =>
                CelEquality.Compare(values[0], values[1], symbol) switch
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
        );
    }
}
