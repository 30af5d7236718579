using System.Globalization;

namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>
/// The grammar of CEL, as far as it is known here.
/// https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax
/// </summary>
internal sealed class CelParser(string source, IReadOnlyDictionary<string, CelType> variables, bool knowsBind)
{
    private static readonly string[] Macros = ["all", "exists", "filter"];

    // From weak to strong; && and || have rules of their own.
    private static readonly string[][] Binary =
    [
        ["==", "!=", "<", "<=", ">", ">=", "in"],
        ["+"],
    ];

    private static readonly HashSet<string> Reserved = new(
        "true false null in as break const continue else for function if import let loop package namespace return var void while".Split(' '),
        StringComparer.Ordinal
    );

    private readonly List<CelToken> _tokens = CelLexer.Cut(source);
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private readonly Stack<(string Name, CelType Type)> _locals = new();
    private int _at;

    private CelToken Current => _tokens[_at];

    /// <summary>The variables met.</summary>
    public IReadOnlySet<string> Used => _used;

    /// <summary>Whether no variable may be called so.</summary>
    public static bool IsReserved(string name) => Reserved.Contains(name);

    public CelNode Parse()
    {
        var root = Expression();
        Expect("");
        return root;
    }

    private CelNode Expression()
    {
        var condition = Or();
        if (!Accept("?"))
        {
            return condition;
        }

        var whenTrue = Or();
        Expect(":");
        return CelNodes.Conditional(condition, whenTrue, Expression());
    }

    private CelNode Or() => Logical("||", () => Logical("&&", () => Operation(0)));

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
            return Accept("!") ? CelNodes.Not(Is("!") ? Operation(level) : Member()) : Member();
        }

        var left = Operation(level + 1);
        while (Array.Find(Binary[level], Accept) is { } symbol)
        {
            left = CelOperators.Apply(symbol, left, Operation(level + 1));
        }

        return left;
    }

    private CelNode Member()
    {
        var node = Primary();
        while (true)
        {
            if (Accept("."))
            {
                var name = Name();
                node =
                    !Accept("(") ? CelNodes.Select(node, name, isOptional: false)
                    : Macros.Contains(name, StringComparer.Ordinal) ? Macro(node, name)
                    : CelFunctions.Call(name, [node, .. Arguments(")")], isMember: true);
            }
            else if (Accept(".?"))
            {
                node = CelNodes.Select(node, Name(), isOptional: true);
            }
            else if (Accept("["))
            {
                var key = Expression();
                Expect("]");
                node = CelNodes.Index(node, key);
            }
            else
            {
                return node;
            }
        }
    }

    private CelNode Primary()
    {
        var token = Current;
        _at++;
        switch (token.Kind, token.Text)
        {
            case (CelTokenKind.Text, _):
                return CelNodes.Literal(CelType.String with { Size = token.Text.Length }, token.Text);
            case (CelTokenKind.Number, _):
                return Number(token.Text);
            // A minus sign before a number belongs to it, and reaches one further than the plus
            // side.
            case (CelTokenKind.Symbol, "-") when Current.Kind == CelTokenKind.Number:
                return Number("-" + _tokens[_at++].Text);
            case (CelTokenKind.Word, "true" or "false"):
                return CelNodes.Literal(CelType.Bool, token.Text == "true");
            case (CelTokenKind.Word, "null"):
                return CelNodes.Literal(new CelType(CelKind.Null), value: null);
            case (CelTokenKind.Word, "has") when Accept("("):
                var asked = Expression();
                Expect(")");
                return CelNodes.Has(asked);
            case (CelTokenKind.Word, "cel")
                when knowsBind && _tokens[_at..].Take(3).Select(static next => next.Text).SequenceEqual([".", "bind", "("]):
                _at += 3;
                return Bind();
            case (CelTokenKind.Word, _):
                _at--;
                var name = Variable();
                return Accept("(") ? CelFunctions.Call(name, Arguments(")"), isMember: false) : Read(name);
            case (CelTokenKind.Symbol, "("):
                var inner = Expression();
                Expect(")");
                return inner;
            case (CelTokenKind.Symbol, "["):
                return CelNodes.ListOf(Arguments("]"));
            case (CelTokenKind.Symbol, "{"):
                Expect("}");
                return CelNodes.Literal(CelType.Of(CelKind.Map, item: null, 0), CelMap.Empty) with { Cost = 30 };
            default:
                throw new CelRefusal($"it is not understood at \"{token.Text}\"");
        }
    }

    private static CelNode Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? CelNodes.Literal(CelType.Int, number)
            : throw new CelRefusal($"the number {text}");

    private CelNode Macro(CelNode range, string macro)
    {
        var variable = Variable();
        Expect(",");
        _locals.Push(
            (
                variable,
                range.Type.Kind switch
                {
                    CelKind.List => range.Type.Item ?? CelType.Dyn,
                    CelKind.Map => CelType.String with { Size = range.Type.KeySize },
                    CelKind.Dyn => CelType.Dyn,
                    _ => throw new CelRefusal("a macro over neither list nor map"),
                }
            )
        );
        var body = Expression();
        _locals.Pop();
        Expect(")");
        return CelNodes.Macro(macro, range, variable, body);
    }

    private CelNode Bind()
    {
        var variable = Variable();
        Expect(",");
        var value = Expression();
        Expect(",");
        _locals.Push((variable, value.Type));
        var body = Expression();
        _locals.Pop();
        Expect(")");
        return CelNodes.Bind(variable, value, body);
    }

    private CelNode Read(string name)
    {
        var type = _locals.FirstOrDefault(local => local.Name == name).Type;
        if (type is null)
        {
            _used.Add(name);
            type = variables.GetValueOrDefault(name) ?? throw new CelRefusal($"the name {name}");
        }

        return new CelNode(type, scope => scope.Find(name), 1);
    }

    private CelNode[] Arguments(string end)
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

        return [.. arguments];
    }

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

    private string Variable() => Name() is var name && !IsReserved(name) ? name : throw new CelRefusal($"the reserved name {name}");

    private string Name()
    {
        var token = Current;
        _at++;
        return token.Kind == CelTokenKind.Word && token.Text is not ("in" or "true" or "false" or "null")
            ? token.Text
            : throw new CelRefusal($"it is not understood at \"{token.Text}\"");
    }
}
