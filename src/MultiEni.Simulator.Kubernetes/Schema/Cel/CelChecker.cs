namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>
/// Finds what the API server finds when a definition is installed: unknown variables, fields and functions, operands of types that do
/// not go together, malformed patterns.
/// </summary>
internal sealed class CelChecker
{
    private readonly string source;
    private readonly IReadOnlyDictionary<string, CelType> variables;
    private readonly Stack<(string Name, CelType Type)> locals = new();

    /// <summary>For a rule that stands in a schema.</summary>
    public CelChecker(string source, SchemaNode schema, bool optionalOldSelf)
        : this(
            source,
            new Dictionary<string, CelType>(StringComparer.Ordinal)
            {
                [CelProgram.Self] = CelType.Of(schema),
                [CelProgram.OldSelf] = optionalOldSelf ? new(CelKind.Optional, Item: CelType.Of(schema)) : CelType.Of(schema),
            }
        ) { }

    /// <summary>For an expression that sees these variables.</summary>
    public CelChecker(string source, IReadOnlyDictionary<string, CelType> variables)
    {
        this.source = source;
        this.variables = variables;
    }

    /// <summary>The constant patterns met.</summary>
    public CelPatterns Patterns { get; } = new();

    /// <summary>Whether <c>oldSelf</c> was met.</summary>
    public bool UsesOldSelf { get; private set; }

    public void Check(CelExpression expression, CelKind? result)
    {
        if (TypeOf(expression) is { Kind: { } kind } && result is { } wanted && kind != wanted)
        {
            throw Fault(new(0), $"cel expression must evaluate to a {wanted.ToString().ToLowerInvariant()}");
        }
    }

    private CelType TypeOf(CelExpression expression)
    {
        switch (expression)
        {
            case CelExpression.Literal literal:
                return new(literal.Value.Kind);
            case CelExpression.Identifier identifier:
                return Variable(identifier);
            case CelExpression.Select select:
                return Select(select);
            case CelExpression.Has has:
                Field(TypeOf(has.Operand), has.Field, has.Position);
                return CelType.Bool;
            case CelExpression.Index index:
                return Index(index);
            case CelExpression.Call call:
                return Call(call);
            case CelExpression.Not not:
                return Expect(TypeOf(not.Operand), CelKind.Bool, "!_", not.Position);
            case CelExpression.Negate negate:
                return Negate(negate);
            case CelExpression.Binary binary:
                return Binary(binary);
            case CelExpression.Conditional conditional:
                return Conditional(conditional);
            case CelExpression.ListOf list:
                return new(CelKind.List, Item: Common(list.Items));
            case CelExpression.MapOf map:
                Common(map.Keys);
                return new(CelKind.Map, Item: Common(map.Values));
            case CelExpression.Macro macro:
                return Macro(macro);
            default:
                throw new ArgumentOutOfRangeException(nameof(expression));
        }
    }

    private CelType Variable(CelExpression.Identifier identifier)
    {
        foreach (var (name, type) in locals)
        {
            if (name == identifier.Name)
            {
                return type;
            }
        }

        UsesOldSelf |= identifier.Name == CelProgram.OldSelf;
        return variables.TryGetValue(identifier.Name, out var known)
            ? known
            : throw Fault(identifier.Position, $"undeclared reference to '{identifier.Name}' (in container '')");
    }

    private CelType Select(CelExpression.Select select)
    {
        var operand = TypeOf(select.Operand);
        if (operand.Kind == CelKind.Optional)
        {
            return new(CelKind.Optional, Item: Field(operand.Item ?? CelType.Dynamic, select.Field, select.Position));
        }

        var field = Field(operand, select.Field, select.Position);
        return select.IsOptional ? new(CelKind.Optional, Item: field) : field;
    }

    private CelType Field(CelType operand, string field, SourcePosition position)
    {
        if (operand.Kind is null)
        {
            return CelType.Dynamic;
        }

        if (operand.Kind != CelKind.Map)
        {
            throw Fault(position, $"type '{operand.Name}' does not support field selection");
        }

        if (operand.Schema is not { Properties.Count: > 0 } known)
        {
            return operand.Item ?? CelType.Dynamic;
        }

        return known.Properties.TryGetValue(CelNames.Unescape(field), out var child)
            ? CelType.Of(child)
            : throw Fault(position, $"undefined field '{field}'");
    }

    private CelType Index(CelExpression.Index index)
    {
        var operand = TypeOf(index.Operand);
        var key = TypeOf(index.Key);
        var fits = operand.Kind switch
        {
            null => true,
            CelKind.List => key.Kind is null or CelKind.Int,
            CelKind.Map => operand.Schema is null || key.Kind is null or CelKind.String,
            _ => false,
        };
        return fits ? operand.Item ?? CelType.Dynamic : throw NoOverload(index.Position, "_[_]", [operand, key]);
    }

    private CelType Call(CelExpression.Call call)
    {
        var operands = new List<CelType>();
        var isOptionalFactory = call.Target is CelExpression.Identifier { Name: "optional" };
        if (call.Target is not null && !isOptionalFactory)
        {
            operands.Add(TypeOf(call.Target));
        }

        foreach (var argument in call.Arguments)
        {
            operands.Add(TypeOf(argument));
        }

        if (isOptionalFactory)
        {
            return (call.Function, operands.Count) is ("of", 1) or ("none", 0)
                ? new(CelKind.Optional, Item: operands.Count == 1 ? operands[0] : null)
                : throw Fault(call.Position, $"undeclared reference to 'optional.{call.Function}' (in container '')");
        }

        if (!CelSignatures.IsKnown(call.Function))
        {
            throw Fault(call.Position, $"undeclared reference to '{call.Function}' (in container '')");
        }

        var signature =
            CelSignatures.Find(call.Function, call.Target is not null, operands) ?? throw NoOverload(call.Position, call.Function, operands);
        if (call.Function is "matches" or "find" && call.Arguments[^1] is CelExpression.Literal pattern)
        {
            AddPattern(pattern);
        }

        return call.Function is "value" or "orValue" or "min" or "max" ? operands[0].Item ?? CelType.Dynamic : signature.Result;
    }

    private void AddPattern(CelExpression.Literal pattern)
    {
        try
        {
            Patterns.Add(pattern.Value.AsString);
        }
        catch (ArgumentException e)
        {
            throw Fault(pattern.Position, $"invalid matches argument: {e.Message}");
        }
    }

    private CelType Negate(CelExpression.Negate negate)
    {
        var operand = TypeOf(negate.Operand);
        return operand.Kind is null or CelKind.Int or CelKind.Double ? operand : throw NoOverload(negate.Position, "-_", [operand]);
    }

    private CelType Binary(CelExpression.Binary binary)
    {
        var left = TypeOf(binary.Left);
        var right = TypeOf(binary.Right);
        var name = $"_{binary.Operation.Symbol()}_";
        switch (binary.Operation)
        {
            case BinaryOperator.And or BinaryOperator.Or:
                Expect(left, CelKind.Bool, name, binary.Position);
                return Expect(right, CelKind.Bool, name, binary.Position);
            case BinaryOperator.Equal or BinaryOperator.NotEqual:
                return Comparable(left, right) ? CelType.Bool : throw NoOverload(binary.Position, name, [left, right]);
            case BinaryOperator.In:
                return
                    right.Kind is null || (right.Kind is CelKind.List && Comparable(left, right.Item ?? CelType.Dynamic)) || right.Kind is CelKind.Map
                    ? CelType.Bool
                    : throw NoOverload(binary.Position, "@in", [left, right]);
            case BinaryOperator.Less or BinaryOperator.LessOrEqual or BinaryOperator.Greater or BinaryOperator.GreaterOrEqual:
                return Ordered(left, right) ? CelType.Bool : throw NoOverload(binary.Position, name, [left, right]);
            default:
                return Arithmetic(binary, left, right, name);
        }
    }

    private CelType Arithmetic(CelExpression.Binary binary, CelType left, CelType right, string name)
    {
        if (left.Kind is null || right.Kind is null)
        {
            return CelType.Dynamic;
        }

        if (left.Kind is CelKind.Timestamp or CelKind.Duration && right.Kind is CelKind.Timestamp or CelKind.Duration)
        {
            return CelType.Dynamic;
        }

        var fits =
            left.Kind == right.Kind
            && (left.Kind, binary.Operation) switch
            {
                (CelKind.Int or CelKind.Uint, _) => true,
                (CelKind.Double, not BinaryOperator.Remainder) => true,
                (CelKind.String or CelKind.List, BinaryOperator.Add) => true,
                _ => false,
            };
        return fits ? left : throw NoOverload(binary.Position, name, [left, right]);
    }

    private CelType Conditional(CelExpression.Conditional conditional)
    {
        Expect(TypeOf(conditional.Condition), CelKind.Bool, "_?_:_", conditional.Position);
        var whenTrue = TypeOf(conditional.WhenTrue);
        var whenFalse = TypeOf(conditional.WhenFalse);
        if (!Comparable(whenTrue, whenFalse))
        {
            throw NoOverload(conditional.Position, "_?_:_", [CelType.Bool, whenTrue, whenFalse]);
        }

        return whenTrue.Kind is null ? whenFalse : whenTrue;
    }

    private CelType Macro(CelExpression.Macro macro)
    {
        var range = TypeOf(macro.Range);
        var item = range.Kind switch
        {
            null => CelType.Dynamic,
            CelKind.List => range.Item ?? CelType.Dynamic,
            CelKind.Map => range.Schema is null ? CelType.Dynamic : CelType.String,
            _ => throw Fault(macro.Position, $"expression of type '{range.Name}' cannot be range of a comprehension (must be list, map, or dynamic)"),
        };
        locals.Push((macro.Variable, item));
        if (macro.Filter is not null)
        {
            Expect(TypeOf(macro.Filter), CelKind.Bool, "_?_:_", macro.Position);
        }

        var body = TypeOf(macro.Body);
        locals.Pop();
        if (macro.Kind == MacroKind.Map)
        {
            return new(CelKind.List, Item: body);
        }

        Expect(body, CelKind.Bool, macro.Kind is MacroKind.All ? "_&&_" : "_||_", macro.Position);
        return macro.Kind == MacroKind.Filter ? new(CelKind.List, Item: item) : CelType.Bool;
    }

    /// <summary>The type that all have; dynamic when they differ.</summary>
    private CelType Common(ExpressionList items)
    {
        CelType? common = null;
        foreach (var item in items)
        {
            var type = TypeOf(item);
            common = common is null || common == type ? type : CelType.Dynamic;
        }

        return common ?? CelType.Dynamic;
    }

    private CelType Expect(CelType type, CelKind kind, string function, SourcePosition position) =>
        type.Kind is null || type.Kind == kind ? new CelType(kind) : throw NoOverload(position, function, [type]);

    private static bool Comparable(CelType left, CelType right) =>
        left.Kind is null or CelKind.Null || right.Kind is null or CelKind.Null || left.Kind == right.Kind;

    private static bool Ordered(CelType left, CelType right) =>
        left.Kind is not { } a
        || right.Kind is not { } b
        || (CelEquality.IsNumber(a) && CelEquality.IsNumber(b))
        || (a == b && a is CelKind.String or CelKind.Bool or CelKind.Timestamp or CelKind.Duration);

    private CelSyntaxException NoOverload(SourcePosition position, string function, IReadOnlyList<CelType> operands) =>
        Fault(position, $"found no matching overload for '{function}' applied to '({string.Join(", ", operands.Select(o => o.Name))})'");

    private CelSyntaxException Fault(SourcePosition position, string finding) => new(source, position, finding);
}
