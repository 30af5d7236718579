using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>A rule, checked against its schema and ready to run. Immutable.</summary>
internal sealed class CelProgram
{
    /// <summary>The value that the rule stands at.</summary>
    public const string Self = "self";

    /// <summary>The value that was stored there before.</summary>
    public const string OldSelf = "oldSelf";

    private readonly CelExpression expression;
    private readonly CelPatterns patterns;

    private CelProgram(CelExpression expression, CelPatterns patterns, bool usesOldSelf)
    {
        this.expression = expression;
        this.patterns = patterns;
        UsesOldSelf = usesOldSelf;
    }

    /// <summary>Whether this is a transition rule.</summary>
    public bool UsesOldSelf { get; }

    /// <summary>Parses a rule and checks names, calls and types as far as the schema gives them.</summary>
    /// <param name="source">The text of the rule.</param>
    /// <param name="schema">Where the rule stands.</param>
    /// <param name="result">What the rule must yield.</param>
    /// <param name="optionalOldSelf">Whether <c>oldSelf</c> is an optional.</param>
    /// <exception cref="CelSyntaxException">With the place of the error.</exception>
    public static CelProgram Compile(string source, SchemaNode schema, CelKind result, bool optionalOldSelf)
    {
        var tree = CelParser.Parse(source);
        var checker = new CelChecker(source, schema, optionalOldSelf);
        checker.Check(tree, result);
        return new CelProgram(tree, checker.Patterns, checker.UsesOldSelf);
    }

    /// <summary>Parses an expression that sees the given variables and no <c>self</c>.</summary>
    /// <param name="source">The text of the expression.</param>
    /// <param name="variables">Names and types.</param>
    /// <param name="result">What it must yield; null for anything.</param>
    /// <exception cref="CelSyntaxException">With the place of the error.</exception>
    public static CelProgram Compile(string source, IReadOnlyDictionary<string, CelType> variables, CelKind? result)
    {
        var tree = CelParser.Parse(source);
        var checker = new CelChecker(source, variables);
        checker.Check(tree, result);
        return new CelProgram(tree, checker.Patterns, usesOldSelf: false);
    }

    /// <summary>Runs the rule. A failure is a value of kind <see cref="CelKind.Error"/>.</summary>
    public CelValue Run(CelValue self, CelValue oldSelf) => new CelEvaluation(patterns, self, oldSelf).Evaluate(expression);

    /// <summary>Runs an expression over variables of its own. A failure is a value of kind <see cref="CelKind.Error"/>.</summary>
    public CelValue Run(IReadOnlyDictionary<string, CelValue> variables) =>
        new CelEvaluation(patterns, default, default, variables).Evaluate(expression);

    /// <summary>The value of JSON at a place of the schema.</summary>
    public static CelValue ToValue(JsonNode? node, SchemaNode schema) => CelJson.ToValue(node, schema);
}
