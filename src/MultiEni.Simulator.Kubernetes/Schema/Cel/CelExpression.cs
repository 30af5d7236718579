namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>The syntax tree of a rule. Compares by content, not by position.</summary>
public abstract record CelExpression(SourcePosition Position)
{
    /// <summary>A constant of a scalar type.</summary>
    public sealed record Literal(CelValue Value, SourcePosition Position) : CelExpression(Position);

    /// <summary>A variable, such as <c>self</c>.</summary>
    public sealed record Identifier(string Name, SourcePosition Position) : CelExpression(Position);

    /// <summary><c>operand.field</c>, or <c>operand.?field</c> when optional.</summary>
    public sealed record Select(CelExpression Operand, string Field, bool IsOptional, SourcePosition Position) : CelExpression(Position);

    /// <summary><c>has(operand.field)</c>.</summary>
    public sealed record Has(CelExpression Operand, string Field, SourcePosition Position) : CelExpression(Position);

    /// <summary><c>operand[key]</c>.</summary>
    public sealed record Index(CelExpression Operand, CelExpression Key, SourcePosition Position) : CelExpression(Position);

    /// <summary><c>function(arguments)</c>, or <c>target.function(arguments)</c>.</summary>
    public sealed record Call(CelExpression? Target, string Function, ExpressionList Arguments, SourcePosition Position) : CelExpression(Position);

    /// <summary><c>!operand</c>.</summary>
    public sealed record Not(CelExpression Operand, SourcePosition Position) : CelExpression(Position);

    /// <summary><c>-operand</c>, unless the operand is a number, which is then a literal.</summary>
    public sealed record Negate(CelExpression Operand, SourcePosition Position) : CelExpression(Position);

    /// <summary><c>left operation right</c>.</summary>
    public sealed record Binary(BinaryOperator Operation, CelExpression Left, CelExpression Right, SourcePosition Position) : CelExpression(Position);

    /// <summary><c>condition ? whenTrue : whenFalse</c>.</summary>
    public sealed record Conditional(CelExpression Condition, CelExpression WhenTrue, CelExpression WhenFalse, SourcePosition Position)
        : CelExpression(Position);

    /// <summary><c>[a, b]</c>.</summary>
    public sealed record ListOf(ExpressionList Items, SourcePosition Position) : CelExpression(Position);

    /// <summary><c>{k: v}</c>; keys and values stand at the same index.</summary>
    public sealed record MapOf(ExpressionList Keys, ExpressionList Values, SourcePosition Position) : CelExpression(Position);

    /// <summary><c>range.macro(variable, body)</c>; <c>map</c> may have a filter before the body.</summary>
    public sealed record Macro(
        MacroKind Kind,
        CelExpression Range,
        string Variable,
        CelExpression? Filter,
        CelExpression Body,
        SourcePosition Position
    ) : CelExpression(Position);
}
