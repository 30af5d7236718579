namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>Puts parts of an expression together: checks their types as the server does, and says how to run them.</summary>
internal static class CelNodes
{
    public static CelNode Literal(CelType type, object? value) => new(type, _ => value, 1) { IsConstant = true };

    public static CelNode Select(CelNode operand, string field, bool isOptional)
    {
        var through = operand.Type.Kind == CelKind.Optional;
        var type = Field(through ? operand.Type.Item! : operand.Type, field, out var key);
        return new CelNode(
            through || isOptional ? CelType.Of(CelKind.Optional, type) : type,
            scope => operand.RunWith(scope, value => CelAccess.Get(value, key, isOptional, field)),
            operand.Cost + 1
        )
        {
            Selection = through || isOptional ? null : (operand, key),
            MacroDepth = operand.MacroDepth,
        };
    }

    public static CelNode Has(CelNode asked) =>
        asked.Selection is var (operand, field)
            ? new CelNode(CelType.Bool, scope => operand.RunWith(scope, value => CelAccess.Has(value, field)), asked.Cost + 1)
            {
                MacroDepth = asked.MacroDepth,
            }
            : throw new CelRefusal("has() of something else than a field");

    public static CelNode Index(CelNode operand, CelNode key, bool isOptional)
    {
        var through = operand.Type.Kind == CelKind.Optional;
        var container = through ? operand.Type.Item! : operand.Type;
        var item = container.Kind switch
        {
            CelKind.Dyn when key.Type.Is(CelKind.Int) || key.Type.Is(CelKind.String) => CelType.Dyn,
            CelKind.List when key.Type.Is(CelKind.Int) => container.Item ?? CelType.Dyn,
            CelKind.Map when key.Type.Is(CelKind.String) => container.Item ?? CelType.Dyn,
            _ => throw new CelRefusal("an index of that type"),
        };
        return Strict(
            through || isOptional ? CelType.Of(CelKind.Optional, item) : item,
            1,
            [operand, key],
            values => CelAccess.Get(values[0], values[1], isOptional)
        );
    }

    public static CelNode Not(CelNode operand) =>
        operand.Type.Is(CelKind.Bool)
            ? Strict(CelType.Bool, 1, [operand], static values => values[0] is bool given ? !given : NotBool(values[0]))
            : throw new CelRefusal("! before something else than a bool");

    public static CelNode Negate(CelNode operand) =>
        operand.Type.Is(CelKind.Int) || operand.Type.Kind == CelKind.Double
            ? Strict(operand.Type, 1, [operand], static values => CelArithmetic.Negate(values[0]))
            : throw new CelRefusal("- before something else than a number");

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
                MacroDepth = terms.Max(static term => term.MacroDepth),
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
                MacroDepth = Depth([condition, whenTrue, whenFalse]),
            }
            : throw Mismatch("?:");

    public static CelNode ListOf(List<CelNode> items) =>
        Strict(CelType.Of(CelKind.List, Common(items), items.Count), 10, [.. items], static values => new ComputedList(values)) with
        {
            IsConstant = items.TrueForAll(static item => item.IsConstant),
        };

    public static CelNode MapOf(List<(CelNode Key, CelNode Value)> entries)
    {
        var keys = entries.ConvertAll(static entry =>
            entry.Key is { IsConstant: true, Type.Kind: CelKind.String } ? (string)entry.Key.Run(null!)! : null
        );
        if (keys.Contains(null) || keys.Distinct(StringComparer.Ordinal).Count() < keys.Count)
        {
            throw new CelRefusal("a map whose keys are not different texts");
        }

        return Strict(
            CelType.Of(CelKind.Map, Common(entries.ConvertAll(static entry => entry.Value)), entries.Count),
            30,
            [.. entries.Select(static entry => entry.Value)],
            values => new ComputedMap(keys.Zip(values).ToDictionary(static pair => pair.First!, static pair => pair.Second, StringComparer.Ordinal))
        );
    }

    public static CelNode Macro(string macro, CelNode range, string variable, List<CelNode> bodies)
    {
        var filter = macro == "map" && bodies.Count == 2 ? bodies[0] : null;
        if (bodies.Count != (filter is null ? 1 : 2))
        {
            throw new CelRefusal($"{macro}() with two variables");
        }

        var body = bodies[^1];
        if ((macro != "map" && !body.Type.Is(CelKind.Bool)) || filter?.Type.Is(CelKind.Bool) == false)
        {
            throw Mismatch(macro);
        }

        var depth = Math.Max(range.MacroDepth, 1 + Depth([.. bodies]));
        var type = macro switch
        {
            "map" => CelType.Of(CelKind.List, body.Type, range.Type.Size),
            "filter" => CelType.Of(CelKind.List, range.Type.Kind == CelKind.Map ? CelType.String : range.Type.Item ?? CelType.Dyn, range.Type.Size),
            _ => CelType.Bool,
        };
        return depth > 2
            ? throw new CelRefusal("macros more than two deep, whose cost the server limits at run time")
            : new CelNode(
                type,
                scope => range.RunWith(scope, value => CelMacros.Run(macro, value, filter, body, item => new CelScope(variable, item, scope))),
                range.Cost + 2 + (Math.Min(range.Type.Size, CelType.Unbounded) * (body.Cost + (filter?.Cost ?? 0) + 12))
            )
            {
                MacroDepth = depth,
            };
    }

    public static CelNode Call(string name, List<CelNode> operands, bool isMember)
    {
        var function = CelFunctions.Find(name, isMember, operands.Count) ?? throw new CelRefusal($"the function {name}");
        var type = function.TypeOf(operands.ConvertAll(static operand => operand.Type)) ?? throw Mismatch($"{name}()");
        var run = name == "matches" ? CelFunctions.Matches(operands[1]) : function.Run;
        var node = Strict(type, CostOf(name, operands), [.. operands], run);

        // The server converts constants when it compiles.
        return function.IsConversion && operands[0].IsConstant && node.Run(null!) is CelError failed
            ? throw new CelRefusal(failed.Message)
            : node with
            {
                IsConstant = function.IsConversion && operands[0].IsConstant,
            };
    }

    // https://github.com/google/cel-go/blob/master/checker/cost.go, rounded up: what is looked for times what it is looked for in, or one of the two.
    private static double CostOf(string name, List<CelNode> operands)
    {
        static double Size(CelNode node) =>
            1
            + node.Type.Kind switch
            {
                CelKind.String => node.Type.Size,
                CelKind.Dyn => CelType.Unbounded,
                _ => 0,
            };

        return name switch
        {
            "contains" => (1 + (Size(operands[0]) / 10)) * (1 + (Size(operands[1]) / 10)),
            "matches" => (1 + (Size(operands[0]) / 10)) * (1 + (Size(operands[1]) / 4)),
            "startsWith" or "endsWith" => 1 + (Size(operands[1]) / 10),
            "int" or "string" => 1 + (Size(operands[0]) / 10),
            _ => 1,
        };
    }

    private static CelType Field(CelType operand, string field, out string key)
    {
        key = operand.Kind == CelKind.Object ? CelNames.Unescape(field) : field;
        return operand.Kind switch
        {
            CelKind.Dyn => CelType.Dyn,
            CelKind.Map => operand.Item ?? CelType.Dyn,
            CelKind.Object when operand.Fields.TryGetValue(key, out var type) => type,
            _ => throw new CelRefusal($"the field {field}"),
        };
    }

    /// <summary>A part whose operands are all needed: the first that fails is what it yields.</summary>
    public static CelNode Strict(CelType type, double cost, CelNode[] operands, Func<object?[], object?> run) =>
        new(
            type,
            scope =>
            {
                var values = new object?[operands.Length];
                for (var i = 0; i < operands.Length; i++)
                {
                    values[i] = operands[i].Run(scope);
                }

                return Array.Find(values, static value => value is CelError) ?? run(values);
            },
            cost + 1 + operands.Sum(static operand => operand.Cost)
        )
        {
            MacroDepth = Depth(operands),
        };

    private static int Depth(CelNode[] operands) => operands.Length == 0 ? 0 : operands.Max(static operand => operand.MacroDepth);

    private static CelType? Common(List<CelNode> items)
    {
        CelType? common = null;
        foreach (var item in items)
        {
            common = common is null ? item.Type : CelType.Join(common, item.Type) ?? throw new CelRefusal("values of different types side by side");
        }

        return common;
    }

    private static CelError NotBool(object? value) =>
        value is long or double or null or CelList or CelMap ? new CelError("no such overload: !_") : CelError.NoSuchOverload;

    public static CelRefusal Mismatch(string symbol) => new($"operands of {symbol}");
}
