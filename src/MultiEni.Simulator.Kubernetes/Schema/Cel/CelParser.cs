using System.Globalization;

namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>The grammar of CEL, as far as it is known here. https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax</summary>
internal sealed class CelParser(string source, CelVariables variables)
{
    private static readonly HashSet<string> Macros = new(StringComparer.Ordinal) { "all", "exists", "exists_one", "map", "filter" };

    // From weak to strong; && and || have rules of their own.
    private static readonly string[][] Binary =
    [
        ["==", "!=", "<", "<=", ">", ">=", "in"],
        ["+", "-"],
        ["*", "/", "%"],
    ];

    private readonly List<CelToken> _tokens = CelLexer.Cut(source);
    private int _at;

    public CelNode Parse()
    {
        var root = Expression();
        Expect("");
        return root;
    }

    private CelNode Expression()
    {
        var condition = Logical("||", () => Logical("&&", () => Operation(0)));
        if (!Accept("?"))
        {
            return condition;
        }

        var whenTrue = Logical("||", () => Logical("&&", () => Operation(0)));
        Expect(":");
        return CelNodes.Conditional(condition, whenTrue, Expression());
    }

    private CelNode Logical(string symbol, Func<CelNode> operand)
    {
        var terms = new List<CelNode> { operand() };
        while (Accept(symbol))
        {
            terms.Add(operand());
        }

        return terms.Count == 1 ? terms[0] : CelNodes.Logical(symbol == "||", terms);
    }

    private CelNode Operation(int level)
    {
        if (level == Binary.Length)
        {
            return Unary();
        }

        var left = Operation(level + 1);
        while (Array.Find(Binary[level], Accept) is { } symbol)
        {
            left = CelOperators.Apply(symbol, left, Operation(level + 1));
        }

        return left;
    }

    private CelNode Unary()
    {
        if (Accept("!"))
        {
            return CelNodes.Not(Is("!") ? Unary() : Member());
        }

        if (!Accept("-"))
        {
            return Member();
        }

        // A minus sign before a number belongs to it, and reaches one further than the plus side.
        return Current.Kind == CelTokenKind.Number ? Member("-") : CelNodes.Negate(Is("-") ? Unary() : Member());
    }

    private CelNode Member(string sign = "")
    {
        var node = Primary(sign);
        while (true)
        {
            if (Accept("."))
            {
                var name = Name();
                node =
                    !Accept("(") ? CelNodes.Select(node, name, isOptional: false)
                    : Macros.Contains(name) ? Macro(node, name)
                    : CelNodes.Call(name, [node, .. Arguments(")")], isMember: true);
            }
            else if (Accept(".?"))
            {
                node = CelNodes.Select(node, Name(), isOptional: true);
            }
            else if (Is("[") || Is("[?"))
            {
                var isOptional = Accept("[?") || !Accept("[");
                var key = Expression();
                Expect("]");
                node = CelNodes.Index(node, key, isOptional);
            }
            else
            {
                return node;
            }
        }
    }

    private CelNode Primary(string sign)
    {
        var token = Current;
        _at++;
        switch (token.Kind, token.Text)
        {
            case (CelTokenKind.Text, _):
                return CelNodes.Literal(CelType.String with { Size = token.Text.Length }, token.Text);
            case (CelTokenKind.Number, _):
                return Number(sign + token.Text);
            case (CelTokenKind.Word, "true" or "false"):
                return CelNodes.Literal(CelType.Bool, token.Text == "true");
            case (CelTokenKind.Word, "null"):
                return CelNodes.Literal(new CelType(CelKind.Null), value: null);
            case (CelTokenKind.Word, "has") when Accept("("):
                var asked = Expression();
                Expect(")");
                return CelNodes.Has(asked);
            case (CelTokenKind.Word, _):
                _at--;
                var name = Variable();
                return Accept("(") ? CelNodes.Call(name, Arguments(")"), isMember: false) : variables.Read(name);
            case (CelTokenKind.Symbol, "("):
                var inner = Expression();
                Expect(")");
                return inner;
            case (CelTokenKind.Symbol, "["):
                return CelNodes.ListOf(Arguments("]"));
            case (CelTokenKind.Symbol, "{"):
                return CelNodes.MapOf(Entries());
            default:
                throw new CelRefusal($"it is not understood at \"{token.Text}\"");
        }
    }

    private static CelNode Number(string text) =>
        text.AsSpan().IndexOfAny('.', 'e', 'E') < 0
            ? long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? CelNodes.Literal(CelType.Int, number)
                : throw new CelRefusal($"the number {text}")
            : double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) is var real && double.IsFinite(real)
                ? CelNodes.Literal(CelType.Double, real)
                : throw new CelRefusal($"the number {text}");

    private CelNode Macro(CelNode range, string macro)
    {
        var variable = Variable();
        Expect(",");
        variables.Enter(variable, range);
        var bodies = Arguments(")");
        variables.Leave();
        return CelNodes.Macro(macro, range, variable, bodies);
    }

    private List<CelNode> Arguments(string end)
    {
        var arguments = new List<CelNode>();
        while (!Accept(end))
        {
            if (arguments.Count > 0)
            {
                Expect(",");
            }

            arguments.Add(Expression());
        }

        return arguments;
    }

    private List<(CelNode Key, CelNode Value)> Entries()
    {
        var entries = new List<(CelNode, CelNode)>();
        while (!Accept("}"))
        {
            if (entries.Count > 0)
            {
                Expect(",");
            }

            var key = Expression();
            Expect(":");
            entries.Add((key, Expression()));
        }

        return entries;
    }

    private CelToken Current => _tokens[_at];

    private bool Is(string symbol) => Current.Text == symbol && Current.Kind == (symbol == "in" ? CelTokenKind.Word : CelTokenKind.Symbol);

    private bool Accept(string symbol)
    {
        if (!Is(symbol))
        {
            return false;
        }

        _at++;
        return true;
    }

    private void Expect(string symbol)
    {
        if (!Accept(symbol))
        {
            throw new CelRefusal($"it is not understood at \"{Current.Text}\"");
        }
    }

    private string Variable() => Name() is var name && !CelNames.IsReserved(name) ? name : throw new CelRefusal($"the reserved name {name}");

    private string Name()
    {
        var token = Current;
        _at++;
        return token.Kind == CelTokenKind.Word && token.Text is not ("in" or "true" or "false" or "null")
            ? token.Text
            : throw new CelRefusal($"it is not understood at \"{token.Text}\"");
    }
}
