namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>Reads a rule into its syntax tree. Macros are recognised here, as CEL does.</summary>
public sealed class CelParser
{
    /// <summary>Deeper nesting than this is refused, as the API server's parser does with its own limit.</summary>
    private const int MaximumDepth = 250;

    private readonly string source;
    private readonly CelLexer lexer;
    private CelToken current;
    private int depth;

    private CelParser(string source)
    {
        this.source = source;
        lexer = new CelLexer(source);
        current = lexer.Next();
    }

    /// <summary>Parses a whole rule.</summary>
    /// <exception cref="CelSyntaxException">With the place of the error.</exception>
    public static CelExpression Parse(string source)
    {
        var parser = new CelParser(source);
        var expression = parser.Expression();
        return parser.current.Kind == CelTokenKind.End ? expression : throw parser.Unexpected();
    }

    private CelExpression Expression()
    {
        if (++depth > MaximumDepth)
        {
            throw Fault(current.Position, "expression recursion limit exceeded");
        }

        var condition = Binary(BinaryOperators.Lowest);
        if (Take("?", out var position))
        {
            var whenTrue = Binary(BinaryOperators.Lowest);
            Expect(":");
            condition = new CelExpression.Conditional(condition, whenTrue, Expression(), position);
        }

        depth--;
        return condition;
    }

    private CelExpression Binary(int strength)
    {
        var left = Unary();
        while (current.Kind == CelTokenKind.Symbol && BinaryOperators.Find(current.Text) is { } operation && operation.Strength() >= strength)
        {
            var position = Advance().Position;
            left = new CelExpression.Binary(operation, left, Binary(operation.Strength() + 1), position);
        }

        return left;
    }

    private CelExpression Unary()
    {
        if (Take("!", out var position))
        {
            return new CelExpression.Not(Nested(Unary), position);
        }

        if (Take("-", out position))
        {
            // A minus sign belongs to the number behind it, which is what makes the smallest integer writable.
            if (current is { Kind: CelTokenKind.Literal, Value.Kind: CelKind.Int or CelKind.Double })
            {
                var number = Advance().Value;
                return Member(
                    new CelExpression.Literal(
                        number.Kind == CelKind.Int ? CelValue.Of(unchecked(-number.AsInt)) : CelValue.Of(-number.AsDouble),
                        position
                    )
                );
            }

            return new CelExpression.Negate(Nested(Unary), position);
        }

        return Member(Primary());
    }

    private CelExpression Nested(Func<CelExpression> parse)
    {
        if (++depth > MaximumDepth)
        {
            throw Fault(current.Position, "expression recursion limit exceeded");
        }

        var expression = parse();
        depth--;
        return expression;
    }

    private CelExpression Member(CelExpression operand)
    {
        while (true)
        {
            if (Take(".", out var position))
            {
                var name = Name();
                operand = Take("(", out _) ? TargetCall(operand, name, position) : new CelExpression.Select(operand, name, false, position);
            }
            else if (Take(".?", out position))
            {
                operand = new CelExpression.Select(operand, Name(), true, position);
            }
            else if (Take("[", out position))
            {
                var key = Expression();
                Expect("]");
                operand = new CelExpression.Index(operand, key, position);
            }
            else
            {
                return operand;
            }
        }
    }

    private CelExpression Primary()
    {
        var token = current;
        if (token.Kind == CelTokenKind.Literal)
        {
            Advance();
            return token.Value is { Kind: CelKind.Int, AsInt: long.MinValue }
                ? throw Fault(token.Position, "invalid int literal")
                : new CelExpression.Literal(token.Value, token.Position);
        }

        if (token.Kind == CelTokenKind.Identifier)
        {
            Advance();
            return Take("(", out _) ? GlobalCall(token) : new CelExpression.Identifier(token.Text, token.Position);
        }

        if (Take("(", out _))
        {
            var inner = Expression();
            Expect(")");
            return inner;
        }

        if (Take("[", out var position))
        {
            return new CelExpression.ListOf(List("]"), position);
        }

        return Take("{", out position) ? Map(position) : throw Unexpected();
    }

    private CelExpression GlobalCall(CelToken name)
    {
        var arguments = List(")");
        if (name.Text != "has")
        {
            return new CelExpression.Call(null, name.Text, arguments, name.Position);
        }

        return arguments is [CelExpression.Select { IsOptional: false } select]
            ? new CelExpression.Has(select.Operand, select.Field, name.Position)
            : throw Fault(name.Position, "invalid argument to has() macro");
    }

    private CelExpression TargetCall(CelExpression target, string name, SourcePosition position)
    {
        var arguments = List(")");
        MacroKind? kind = (name, arguments.Count) switch
        {
            ("all", 2) => MacroKind.All,
            ("exists", 2) => MacroKind.Exists,
            ("exists_one" or "existsOne", 2) => MacroKind.ExistsOne,
            ("map", 2 or 3) => MacroKind.Map,
            ("filter", 2) => MacroKind.Filter,
            _ => null,
        };
        if (kind is null)
        {
            return new CelExpression.Call(target, name, arguments, position);
        }

        return arguments[0] is CelExpression.Identifier variable
            ? new CelExpression.Macro(kind.Value, target, variable.Name, arguments.Count == 3 ? arguments[1] : null, arguments[^1], position)
            : throw Fault(arguments[0].Position, "argument must be a simple name");
    }

    private CelExpression.MapOf Map(SourcePosition position)
    {
        var keys = new List<CelExpression>();
        var values = new List<CelExpression>();
        while (!Take("}", out _))
        {
            keys.Add(Expression());
            Expect(":");
            values.Add(Expression());
            if (!Take(",", out _) && current.Text != "}")
            {
                throw Unexpected();
            }
        }

        return new CelExpression.MapOf(new([.. keys]), new([.. values]), position);
    }

    private ExpressionList List(string end)
    {
        var items = new List<CelExpression>();
        while (!Take(end, out _))
        {
            items.Add(Expression());
            if (!Take(",", out _) && (current.Kind != CelTokenKind.Symbol || current.Text != end))
            {
                throw Unexpected();
            }
        }

        return new([.. items]);
    }

    private string Name() => current.Kind == CelTokenKind.Identifier ? Advance().Text : throw Unexpected();

    private bool Take(string symbol, out SourcePosition position)
    {
        position = current.Position;
        if (current.Kind != CelTokenKind.Symbol || current.Text != symbol)
        {
            return false;
        }

        Advance();
        return true;
    }

    private void Expect(string symbol)
    {
        if (!Take(symbol, out _))
        {
            throw Unexpected();
        }
    }

    private CelToken Advance()
    {
        var token = current;
        current = lexer.Next();
        return token;
    }

    private CelSyntaxException Unexpected() =>
        Fault(
            current.Position,
            current.Kind == CelTokenKind.End ? "Syntax error: mismatched input '<EOF>'" : $"Syntax error: unexpected '{current.Text}'"
        );

    private CelSyntaxException Fault(SourcePosition position, string finding) => new(source, position, finding);
}
