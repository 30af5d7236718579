namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>
/// Puts parts of an expression together: checks their types as the server does, and says how to run
/// them.
/// </summary>
internal static class CelNodes
{
    public static CelNode Literal(CelType type, object? value) => new(type, _ => value, 1) { Constant = value };

    public static CelNode Select(CelNode operand, string field, bool isOptional)
    {
        var through = operand.Type.Kind == CelKind.Optional;
        var container = through ? operand.Type.Item! : operand.Type;
        var type = container.Kind switch
        {
            _ when field.Contains("__", StringComparison.Ordinal) => throw new CelRefusal($"the escaped name {field}"),
            CelKind.Dyn => CelType.Dyn,
            CelKind.Map => container.Item ?? CelType.Dyn,
            CelKind.Object when container.Fields.TryGetValue(field, out var known) => known,
            _ => throw new CelRefusal($"the field {field}"),
        };
        return new CelNode(
            through || isOptional ? CelType.Of(CelKind.Optional, type) : type,
            scope => operand.RunWith(scope, value => Get(value, field, isOptional)),
            operand.Cost + 1
        )
        {
            Selection = through || isOptional ? null : (operand, field),
            Loops = operand.Loops,
        };
    }

    public static CelNode Has(CelNode asked) =>
        asked.Selection is var (operand, field)
            ? new CelNode(CelType.Bool, scope => operand.RunWith(scope, value => value is CelMap map && map.TryGet(field, out _)), asked.Cost + 1)
            {
                Loops = asked.Loops,
            }
            : throw new CelRefusal("has() of something else than a field");

    public static CelNode Index(CelNode operand, CelNode key) =>
        Strict(
            operand.Type.Kind switch
            {
                CelKind.Dyn when key.Type.Is(CelKind.Int) || key.Type.Is(CelKind.String) => CelType.Dyn,
                CelKind.List when key.Type.Is(CelKind.Int) => operand.Type.Item ?? CelType.Dyn,
                CelKind.Map when key.Type.Is(CelKind.String) => operand.Type.Item ?? CelType.Dyn,
                _ => throw new CelRefusal("an index of that type"),
            },
            1,
            [operand, key],
            static values =>
                values switch
                {
                    [CelList list, long at] => at >= 0 && at < list.Items.Count ? list.Items[(int)at] : new CelError($"index out of bounds: {at}"),
                    [CelMap, var name] => Get(values[0], name as string ?? "", isOptional: false),
                    _ => CelError.NoSuchOverload,
                }
        );

    public static CelNode Not(CelNode operand) =>
        operand.Type.Is(CelKind.Bool)
            ? Strict(CelType.Bool, 1, [operand], static values => values[0] is bool given ? !given : CelError.NoSuchOverload)
            : throw new CelRefusal("! before something else than a bool");

    public static CelNode Logical(bool isOr, List<CelNode> terms) =>
        terms.TrueForAll(static term => term.Type.Is(CelKind.Bool))
            ? new CelNode(
                CelType.Bool,
                scope =>
                {
                    // One side that decides absorbs whatever stands on the other, even a failure.
                    object? failure = null;
                    foreach (var term in terms)
                    {
                        var value = term.Run(scope);
                        if (value is bool decided && decided == isOr)
                        {
                            return decided;
                        }

                        failure ??= value is bool ? null : value as CelError ?? CelError.NoSuchOverload;
                    }

                    return failure ?? !isOr;
                },
                terms.Sum(static term => term.Cost + 1)
            )
            {
                Loops = LoopsOf([.. terms]),
            }
            : throw Mismatch(isOr ? "||" : "&&");

    public static CelNode Conditional(CelNode condition, CelNode whenTrue, CelNode whenFalse) =>
        condition.Type.Is(CelKind.Bool)
            ? new CelNode(
                CelType.Join(whenTrue.Type, whenFalse.Type) ?? throw Mismatch("?:"),
                scope => condition.RunWith(scope, value => value is bool holds ? (holds ? whenTrue : whenFalse).Run(scope) : CelError.NoSuchOverload),
                condition.Cost + Math.Max(whenTrue.Cost, whenFalse.Cost) + 1
            )
            {
                Loops = LoopsOf(condition, whenTrue, whenFalse),
            }
            : throw Mismatch("?:");

    public static CelNode ListOf(CelNode[] items)
    {
        CelType? common = null;
        foreach (var item in items)
        {
            common = common is null ? item.Type : CelType.Join(common, item.Type) ?? throw new CelRefusal("values of different types side by side");
        }

        return Strict(CelType.Of(CelKind.List, common, items.Length), 10, items, static values => new CelList(values));
    }

    /// <summary>
    /// The macros over the items of a list or the keys of a map. <c>all</c> and <c>exists</c>
    /// absorb failures as the logical operators do.
    /// </summary>
    public static CelNode Macro(string macro, CelNode range, string variable, CelNode body)
    {
        return body.Type.Is(CelKind.Bool)
            ? new CelNode(
                macro == "filter"
                    ? CelType.Of(CelKind.List, range.Type.Kind == CelKind.Map ? CelType.String : range.Type.Item ?? CelType.Dyn, range.Type.Size)
                    : CelType.Bool,
                scope => range.RunWith(scope, value => RunMacro(macro, value, item => body.Run(new CelScope(variable, item, scope)))),
                range.Cost + 2 + (Math.Min(range.Type.Size, CelType.Unbounded) * (body.Cost + 12))
            )
            {
                Loops = CelLoops.Of(range.Loops, body.Loops.Within(range.Type.Size)),
            }
            : throw Mismatch(macro);
    }

    /// <summary><c>cel.bind</c>: names a value for use in the body.</summary>
    public static CelNode Bind(string variable, CelNode value, CelNode body) =>
        new(body.Type, scope => body.Run(new CelScope(variable, value.Run(scope), scope)), value.Cost + body.Cost + 12)
        {
            Loops = LoopsOf(value, body),
        };

    /// <summary>
    /// A part whose operands are all needed: the first that fails is what it yields.
    /// </summary>
    public static CelNode Strict(CelType type, double cost, CelNode[] operands, Func<object?[], object?> run) =>
        new(
            type,
            scope =>
            {
                var values = Array.ConvertAll(operands, operand => operand.Run(scope));
                return Array.Find(values, static value => value is CelError) ?? run(values);
            },
            cost + 1 + operands.Sum(static operand => operand.Cost)
        )
        {
            Loops = LoopsOf(operands),
        };

    public static CelRefusal Mismatch(string symbol) => new($"operands of {symbol}");

    private static object? Get(object? operand, string key, bool isOptional) =>
        operand switch
        {
            CelOptional { HasValue: false } => operand,
            CelOptional optional => Get(optional.Value, key, isOptional: true),
            CelMap map when map.TryGet(key, out var value) => isOptional && value is not CelError ? new CelOptional(HasValue: true, value) : value,
            _ => isOptional ? CelOptional.None : CelError.NoSuchKey(key),
        };

    private static object RunMacro(string macro, object? range, Func<object?, object?> run)
    {
        var items = range switch
        {
            CelList list => list.Items,
            CelMap map => map.Keys,
            _ => (IEnumerable<object?>?)null,
        };
        var kept = new List<object?>();
        var failure = items is null ? CelError.NoSuchOverload : null;
        foreach (var item in items ?? [])
        {
            var condition = run(item);
            if (condition is not bool holds)
            {
                failure = condition as CelError ?? CelError.NoSuchOverload;
            }
            else if (holds ? macro == "exists" : macro == "all")
            {
                return holds;
            }
            else if (holds)
            {
                kept.Add(item);
            }
        }

        return failure is not null ? failure
            : macro == "filter" ? new CelList(kept)
            : macro == "all";
    }

    private static CelLoops LoopsOf(params CelNode[] operands) => CelLoops.Of(Array.ConvertAll(operands, static operand => operand.Loops));
}
