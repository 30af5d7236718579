namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>Puts parts of an expression together: checks their types as the server does, and says how to run them.</summary>
internal sealed class CelBuilder(IReadOnlyDictionary<string, CelType> variables)
{
    private readonly Stack<(string Name, CelType Type)> _locals = new();
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    /// <summary>The variables met.</summary>
    public IReadOnlySet<string> Used => _used;

    public CelNode Literal(CelType type, object? value) => new(type, _ => value, 1) { IsConstant = true };

    public CelNode Variable(string name)
    {
        foreach (var local in _locals)
        {
            if (local.Name == name)
            {
                return new CelNode(local.Type, scope => scope.Find(name), 1);
            }
        }

        _used.Add(name);
        return new CelNode(variables.GetValueOrDefault(name) ?? throw new CelRefusal($"the name {name}"), scope => scope.Find(name), 1);
    }

    /// <summary>Makes the variable of a macro known.</summary>
    public void Enter(string variable, CelNode range) =>
        _locals.Push(
            (
                variable,
                range.Type.Kind switch
                {
                    CelKind.List => range.Type.Item ?? CelType.Dyn,
                    // The server reckons with keys of no length.
                    CelKind.Map => CelType.String with { Size = 0 },
                    CelKind.Dyn => CelType.Dyn,
                    _ => throw new CelRefusal("a macro over neither list nor map"),
                }
            )
        );

    public void Leave() => _locals.Pop();

    public CelNode Select(CelNode operand, string field, bool isOptional)
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

    public CelNode Has(CelNode asked) =>
        asked.Selection is var (operand, field)
            ? new CelNode(CelType.Bool, scope => operand.RunWith(scope, value => CelAccess.Has(value, field)), asked.Cost + 1)
            : throw new CelRefusal("has() of something else than a field");

    public CelNode Index(CelNode operand, CelNode key, bool isOptional)
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

    public CelNode Not(CelNode operand) =>
        operand.Type.Is(CelKind.Bool)
            ? Strict(CelType.Bool, 1, [operand], static values => values[0] is bool given ? !given : NotBool(values[0]))
            : throw new CelRefusal("! before something else than a bool");

    public CelNode Negate(CelNode operand) =>
        operand.Type.Is(CelKind.Int) || operand.Type.Kind == CelKind.Double
            ? Strict(operand.Type, 1, [operand], static values => CelArithmetic.Negate(values[0]))
            : throw new CelRefusal("- before something else than a number");

    public CelNode Binary(string symbol, CelNode left, CelNode right) =>
        symbol switch
        {
            "==" or "!=" => Strict(
                CelType.Join(left.Type, right.Type) is null ? throw Mismatch(symbol) : CelType.Bool,
                Math.Min(left.Type.DeepSize, right.Type.DeepSize) / 10,
                [left, right],
                values => CelEquality.AreEqual(values[0], values[1]) == (symbol == "==")
            ),
            "in" => In(left, right),
            "+" or "-" or "*" or "/" or "%" => Arithmetic(symbol, left, right),
            _ => Order(symbol, left, right),
        };

    public CelNode Logical(bool isOr, List<CelNode> terms) =>
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

    public CelNode Conditional(CelNode condition, CelNode whenTrue, CelNode whenFalse) =>
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

    public CelNode ListOf(List<CelNode> items) =>
        Strict(CelType.Of(CelKind.List, Common(items), items.Count), 10, [.. items], static values => new ComputedList(values)) with
        {
            IsConstant = items.TrueForAll(static item => item.IsConstant),
        };

    public CelNode MapOf(List<(CelNode Key, CelNode Value)> entries)
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

    public CelNode Macro(string macro, CelNode range, string variable, List<CelNode> bodies)
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

    public CelNode Call(string name, List<CelNode> operands, bool isMember)
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
        static double Size(CelNode node) => 1 + (node.Type.Kind == CelKind.String ? node.Type.Size : CelType.Unbounded);

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
            ? Strict(
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
            : throw Mismatch("in");
    }

    private static CelNode Arithmetic(string symbol, CelNode left, CelNode right)
    {
        // One operand that is known tells which operation it must be.
        var type =
            CelType.Join(left.Type, right.Type) is not { } joined ? throw Mismatch(symbol)
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
            throw Mismatch(symbol);
        }

        var size = left.Type.Size + right.Type.Size;
        return Strict(
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
            throw Mismatch(symbol);
        }

        return Strict(
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

    /// <summary>A part whose operands are all needed: the first that fails is what it yields.</summary>
    private static CelNode Strict(CelType type, double cost, CelNode[] operands, Func<object?[], object?> run) =>
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

    private static CelRefusal Mismatch(string symbol) => new($"operands of {symbol}");
}
