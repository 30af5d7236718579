using CsCheck;
using MultiEni.Simulator.Kubernetes.Schema.Cel;

namespace MultiEni.Simulator.Tests.Schema.Cel;

public sealed class PrinterProperties
{
    private static readonly SourcePosition Anywhere = new(0);

    private static readonly Gen<string> Names = Gen.OneOf("self", "oldSelf", "x", "dpdkDriver", "a_b");

    private static readonly Gen<CelExpression> Literals = Gen.OneOf<CelExpression>(
        Gen.OneOf(
                "1",
                "-1",
                "-9223372036854775808",
                "9223372036854775807",
                "0u",
                "18446744073709551615u",
                "1.5",
                "-0.25",
                "1e300",
                "3.0",
                "true",
                "false",
                "null",
                "'it\\'s'",
                "\"a\\\\b\\n\\t\\\"\"",
                "'\\u0001é😀'"
            )
            .Select(CelParser.Parse),
        Gen.String.Select(text => CelParser.Parse(QuoteForTest(text)))
    );

    private static readonly Gen<CelExpression> Expressions = Gen.Recursive<CelExpression>(
        (depth, inner) => depth > 4 ? Leaf : Gen.OneOf(Leaf, Node(inner))
    );

    private static Gen<CelExpression> Leaf => Gen.OneOf(Literals, Names.Select(name => (CelExpression)new CelExpression.Identifier(name, Anywhere)));

    [Fact]
    public void What_is_printed_parses_to_the_same_tree() =>
        Expressions.Sample(tree => Assert.Equal(tree, CelParser.Parse(CelPrinter.Print(tree))), iter: 5_000);

    [Theory]
    [InlineData("!(a > 0 && b > 0)")]
    [InlineData("a - (b - c)")]
    [InlineData("a - b - c")]
    [InlineData("(a ? b : c) ? d : e ? f : g")]
    [InlineData("-(-1)")]
    [InlineData("(-x).y")]
    [InlineData("has(a.b.c) && a.b.c.all(k, !(k in [\"x\"]))")]
    public void Parentheses_stand_only_where_they_are_needed(string rule) => Assert.Equal(rule, CelPrinter.Print(CelParser.Parse(rule)));

    private static string QuoteForTest(string text) => "'" + string.Concat(text.EnumerateRunes().Select(rune => $"\\U{rune.Value:x8}")) + "'";

    private static Gen<CelExpression> Node(Gen<CelExpression> inner)
    {
        var lists = inner.Array[0, 3].Select(items => new ExpressionList(items));
        return Gen.OneOf<CelExpression>(
            Gen.Select(Gen.Enum<BinaryOperator>(), inner, inner)
                .Select(t => (CelExpression)new CelExpression.Binary(t.Item1, t.Item2, t.Item3, Anywhere)),
            inner.Select(operand => (CelExpression)new CelExpression.Not(operand, Anywhere)),
            inner.Select(operand => (CelExpression)new CelExpression.Negate(operand, Anywhere)),
            Gen.Select(inner, inner, inner).Select(t => (CelExpression)new CelExpression.Conditional(t.Item1, t.Item2, t.Item3, Anywhere)),
            Gen.Select(inner, Names, Gen.Bool).Select(t => (CelExpression)new CelExpression.Select(t.Item1, t.Item2, t.Item3, Anywhere)),
            Gen.Select(inner, Names).Select(t => (CelExpression)new CelExpression.Has(t.Item1, t.Item2, Anywhere)),
            Gen.Select(inner, inner).Select(t => (CelExpression)new CelExpression.Index(t.Item1, t.Item2, Anywhere)),
            Gen.Select(inner, lists).Select(t => (CelExpression)new CelExpression.Call(t.Item1, "contains", t.Item2, Anywhere)),
            lists.Select(items => (CelExpression)new CelExpression.Call(null, "size", items, Anywhere)),
            lists.Select(items => (CelExpression)new CelExpression.ListOf(items, Anywhere)),
            inner.Array[0, 2].Select(items => (CelExpression)new CelExpression.MapOf(new(items), new(items), Anywhere)),
            Gen.Select(Gen.Enum<MacroKind>(), inner, Names, inner, inner, Gen.Bool)
                .Select(t =>
                    (CelExpression)
                        new CelExpression.Macro(t.Item1, t.Item2, t.Item3, t.Item1 == MacroKind.Map && t.Item6 ? t.Item4 : null, t.Item5, Anywhere)
                )
        );
    }
}
