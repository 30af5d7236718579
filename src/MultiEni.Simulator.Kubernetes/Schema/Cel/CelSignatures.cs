namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>The functions that rules may call. A rule that calls another one is refused when the definition is installed.</summary>
internal static class CelSignatures
{
    private static readonly CelType Texts = new(CelKind.List, Item: CelType.String);

    private static readonly CelSignature[] All =
    [
        Function("size", CelType.Int, CelKind.String),
        Function("size", CelType.Int, CelKind.List),
        Function("size", CelType.Int, CelKind.Map),
        Method("size", CelType.Int, CelKind.String),
        Method("size", CelType.Int, CelKind.List),
        Method("size", CelType.Int, CelKind.Map),
        Function("int", CelType.Int, [null]),
        Function("uint", new(CelKind.Uint), [null]),
        Function("double", new(CelKind.Double), [null]),
        Function("string", CelType.String, [null]),
        Function("bool", CelType.Bool, [null]),
        Function("dyn", CelType.Dynamic, [null]),
        Function("duration", new(CelKind.Duration), CelKind.String),
        Function("duration", new(CelKind.Duration), CelKind.Duration),
        Function("timestamp", new(CelKind.Timestamp), CelKind.String),
        Function("timestamp", new(CelKind.Timestamp), CelKind.Timestamp),
        Function("matches", CelType.Bool, CelKind.String, CelKind.String),
        Method("matches", CelType.Bool, CelKind.String, CelKind.String),
        Method("startsWith", CelType.Bool, CelKind.String, CelKind.String),
        Method("endsWith", CelType.Bool, CelKind.String, CelKind.String),
        Method("contains", CelType.Bool, CelKind.String, CelKind.String),
        Method("find", CelType.String, CelKind.String, CelKind.String),
        Method("indexOf", CelType.Int, CelKind.String, CelKind.String),
        Method("lastIndexOf", CelType.Int, CelKind.String, CelKind.String),
        Method("split", Texts, CelKind.String, CelKind.String),
        Method("replace", CelType.String, CelKind.String, CelKind.String, CelKind.String),
        Method("lowerAscii", CelType.String, CelKind.String),
        Method("upperAscii", CelType.String, CelKind.String),
        Method("trim", CelType.String, CelKind.String),
        Method("charAt", CelType.String, CelKind.String, CelKind.Int),
        Method("substring", CelType.String, CelKind.String, CelKind.Int),
        Method("substring", CelType.String, CelKind.String, CelKind.Int, CelKind.Int),
        Method("join", CelType.String, CelKind.List),
        Method("join", CelType.String, CelKind.List, CelKind.String),
        Method("isSorted", CelType.Bool, CelKind.List),
        Method("min", CelType.Dynamic, CelKind.List),
        Method("max", CelType.Dynamic, CelKind.List),
        Method("sum", CelType.Dynamic, CelKind.List),
        Method("indexOf", CelType.Int, CelKind.List, null),
        Method("hasValue", CelType.Bool, CelKind.Optional),
        Method("value", CelType.Dynamic, CelKind.Optional),
        Method("orValue", CelType.Dynamic, CelKind.Optional, null),
        Method("or", new(CelKind.Optional), CelKind.Optional, CelKind.Optional),
    ];

    public static bool IsKnown(string function)
    {
        foreach (var signature in All)
        {
            if (signature.Function == function)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The form that fits the operands, as far as their types are known; null when none does.</summary>
    public static CelSignature? Find(string function, bool isMethod, IReadOnlyList<CelType> operands)
    {
        foreach (var signature in All)
        {
            if (signature.Function == function && signature.IsMethod == isMethod && Fits(signature.Operands, operands))
            {
                return signature;
            }
        }

        return null;
    }

    private static bool Fits(CelKind?[] wanted, IReadOnlyList<CelType> operands)
    {
        if (wanted.Length != operands.Count)
        {
            return false;
        }

        for (var i = 0; i < wanted.Length; i++)
        {
            if (wanted[i] is { } kind && operands[i].Kind is { } given && kind != given)
            {
                return false;
            }
        }

        return true;
    }

    private static CelSignature Function(string name, CelType result, params CelKind?[] operands) => new(name, IsMethod: false, operands, result);

    private static CelSignature Method(string name, CelType result, params CelKind?[] operands) => new(name, IsMethod: true, operands, result);
}
