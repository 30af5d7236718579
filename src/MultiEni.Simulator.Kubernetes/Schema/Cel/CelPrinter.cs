using System.Globalization;
using System.Text;

namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>Writes a syntax tree as text that parses to the same tree, with no more parentheses than that takes.</summary>
public static class CelPrinter
{
    private const int Conditional = 0;
    private const int Postfix = BinaryOperators.Unary + 1;

    /// <summary>The text.</summary>
    public static string Print(CelExpression expression)
    {
        var text = new StringBuilder();
        Write(text, expression, Conditional);
        return text.ToString();
    }

    /// <summary>A string literal.</summary>
    internal static string Quote(string value)
    {
        var text = new StringBuilder("\"");
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append(@"\\"),
                '\n' => text.Append(@"\n"),
                '\r' => text.Append(@"\r"),
                '\t' => text.Append(@"\t"),
                < ' ' or '\x7f' => text.Append(@"\x").Append(((int)c).ToString("x2", CultureInfo.InvariantCulture)),
                _ => text.Append(c),
            };
        }

        return text.Append('"').ToString();
    }

    private static void Write(StringBuilder text, CelExpression expression, int strength)
    {
        var parentheses = Strength(expression) < strength;
        if (parentheses)
        {
            text.Append('(');
        }

        WriteBare(text, expression);
        if (parentheses)
        {
            text.Append(')');
        }
    }

    private static int Strength(CelExpression expression) =>
        expression switch
        {
            CelExpression.Conditional => Conditional,
            CelExpression.Binary binary => binary.Operation.Strength(),
            CelExpression.Not or CelExpression.Negate => BinaryOperators.Unary,
            _ => Postfix,
        };

    private static void WriteBare(StringBuilder text, CelExpression expression)
    {
        switch (expression)
        {
            case CelExpression.Literal literal:
                text.Append(Constant(literal.Value));
                break;
            case CelExpression.Identifier identifier:
                text.Append(identifier.Name);
                break;
            case CelExpression.Select select:
                Write(text, select.Operand, Postfix);
                text.Append(select.IsOptional ? ".?" : ".").Append(select.Field);
                break;
            case CelExpression.Has has:
                text.Append("has(");
                Write(text, has.Operand, Postfix);
                text.Append('.').Append(has.Field).Append(')');
                break;
            case CelExpression.Index index:
                Write(text, index.Operand, Postfix);
                text.Append('[');
                Write(text, index.Key, Conditional);
                text.Append(']');
                break;
            case CelExpression.Call call:
                WriteCall(text, call);
                break;
            case CelExpression.Not not:
                text.Append('!');
                Write(text, not.Operand, BinaryOperators.Unary);
                break;
            case CelExpression.Negate negate:
                text.Append('-');
                // Without parentheses the sign would become part of the number.
                Write(text, negate.Operand, StartsWithNumber(negate.Operand) ? Postfix + 1 : BinaryOperators.Unary);
                break;
            case CelExpression.Binary binary:
                Write(text, binary.Left, binary.Operation.Strength());
                text.Append(' ').Append(binary.Operation.Symbol()).Append(' ');
                Write(text, binary.Right, binary.Operation.Strength() + 1);
                break;
            case CelExpression.Conditional conditional:
                Write(text, conditional.Condition, BinaryOperators.Lowest);
                text.Append(" ? ");
                Write(text, conditional.WhenTrue, BinaryOperators.Lowest);
                text.Append(" : ");
                Write(text, conditional.WhenFalse, Conditional);
                break;
            case CelExpression.ListOf list:
                text.Append('[');
                WriteAll(text, list.Items);
                text.Append(']');
                break;
            case CelExpression.MapOf map:
                WriteMap(text, map);
                break;
            case CelExpression.Macro macro:
                WriteMacro(text, macro);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(expression));
        }
    }

    private static bool StartsWithNumber(CelExpression expression) =>
        expression switch
        {
            CelExpression.Literal { Value.Kind: CelKind.Int or CelKind.Double } => true,
            CelExpression.Select select => StartsWithNumber(select.Operand),
            CelExpression.Index index => StartsWithNumber(index.Operand),
            CelExpression.Call { Target: { } target } => StartsWithNumber(target),
            CelExpression.Macro macro => StartsWithNumber(macro.Range),
            _ => false,
        };

    private static void WriteCall(StringBuilder text, CelExpression.Call call)
    {
        if (call.Target is not null)
        {
            Write(text, call.Target, Postfix);
            text.Append('.');
        }

        text.Append(call.Function).Append('(');
        WriteAll(text, call.Arguments);
        text.Append(')');
    }

    private static void WriteMap(StringBuilder text, CelExpression.MapOf map)
    {
        text.Append('{');
        for (var i = 0; i < map.Keys.Count; i++)
        {
            text.Append(i == 0 ? "" : ", ");
            Write(text, map.Keys[i], Conditional);
            text.Append(": ");
            Write(text, map.Values[i], Conditional);
        }

        text.Append('}');
    }

    private static void WriteMacro(StringBuilder text, CelExpression.Macro macro)
    {
        Write(text, macro.Range, Postfix);
        text.Append(
            macro.Kind switch
            {
                MacroKind.All => ".all(",
                MacroKind.Exists => ".exists(",
                MacroKind.ExistsOne => ".exists_one(",
                MacroKind.Map => ".map(",
                MacroKind.Filter => ".filter(",
                _ => throw new ArgumentOutOfRangeException(nameof(macro)),
            }
        );
        text.Append(macro.Variable).Append(", ");
        if (macro.Filter is not null)
        {
            Write(text, macro.Filter, Conditional);
            text.Append(", ");
        }

        Write(text, macro.Body, Conditional);
        text.Append(')');
    }

    private static void WriteAll(StringBuilder text, ExpressionList items)
    {
        for (var i = 0; i < items.Count; i++)
        {
            text.Append(i == 0 ? "" : ", ");
            Write(text, items[i], Conditional);
        }
    }

    private static string Constant(CelValue value) =>
        value.Kind switch
        {
            CelKind.Null => "null",
            CelKind.Bool => value.AsBool ? "true" : "false",
            CelKind.Int => value.AsInt.ToString(CultureInfo.InvariantCulture),
            CelKind.Uint => value.AsUint.ToString(CultureInfo.InvariantCulture) + "u",
            CelKind.Double => Double(value.AsDouble),
            CelKind.String => Quote(value.AsString),
            _ => throw new ArgumentOutOfRangeException(nameof(value), "Only scalars are written as constants."),
        };

    private static string Double(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().ContainsAny('.', 'E') ? text : text + ".0";
    }
}
