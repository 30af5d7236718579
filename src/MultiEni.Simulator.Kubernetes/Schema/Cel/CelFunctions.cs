using System.Globalization;

namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>The functions that expressions may call: those of the language itself. https://github.com/google/cel-spec/blob/master/doc/langdef.md</summary>
internal static class CelFunctions
{
    private static readonly CelFunction Size = new(
        static types => types[0].Kind is CelKind.String or CelKind.List or CelKind.Map or CelKind.Dyn ? CelType.Int : null,
        static values =>
            values[0] switch
            {
                string text => Length(text),
                CelList list => (long)list.Count,
                CelMap map => (long)map.Count,
                _ => new CelError("no such overload: size"),
            }
    );

    private static readonly Dictionary<(string Name, bool IsMember, int Operands), CelFunction> All = new()
    {
        [("size", true, 1)] = Size,
        [("size", false, 1)] = Size,
        [("startsWith", true, 2)] = Text("startsWith", static (text, part) => text.StartsWith(part, StringComparison.Ordinal)),
        [("endsWith", true, 2)] = Text("endsWith", static (text, part) => text.EndsWith(part, StringComparison.Ordinal)),
        [("contains", true, 2)] = Text("contains", static (text, part) => text.Contains(part, StringComparison.Ordinal)),
        [("matches", true, 2)] = Text("matches", static (_, _) => false),
        [("dyn", false, 1)] = new(static _ => CelType.Dyn, static values => values[0]) { IsConversion = true },
        [("int", false, 1)] = new(
            static types => types[0].Kind is CelKind.Int or CelKind.Double or CelKind.String or CelKind.Dyn ? CelType.Int : null,
            static values =>
                values[0] switch
                {
                    long number => number,
                    double number => number is > -9.2233720368547758e18 and < 9.2233720368547758e18 ? (long)number : new CelError("integer overflow"),
                    string text => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                        ? number
                        : new CelError("type conversion error from 'string' to 'int'"),
                    var other => NoConversion("int", other),
                }
        )
        {
            IsConversion = true,
        },
        [("string", false, 1)] = new(
            static types =>
                types[0].Kind is CelKind.Int or CelKind.Double or CelKind.String or CelKind.Bool or CelKind.Dyn
                    ? CelType.String with
                    {
                        Size = CelType.Unknown,
                    }
                    : null,
            static values =>
                values[0] switch
                {
                    long number => number.ToString(CultureInfo.InvariantCulture),
                    double number => GoText.Real(number),
                    bool flag => flag ? "true" : "false",
                    string text => text,
                    var other => NoConversion("string", other),
                }
        )
        {
            IsConversion = true,
        },
        [("hasValue", true, 1)] = new(
            static types => types[0].Kind == CelKind.Optional ? CelType.Bool : null,
            static values => ((CelOptional)values[0]!).HasValue
        ),
        [("value", true, 1)] = new(
            static types => types[0].Kind == CelKind.Optional ? types[0].Item : null,
            static values => values[0] is CelOptional { HasValue: true } given ? given.Value : new CelError("optional.none() dereference")
        ),
        [("orValue", true, 2)] = new(
            static types => types[0].Kind == CelKind.Optional ? CelType.Join(types[0].Item!, types[1]) : null,
            static values => values[0] is CelOptional { HasValue: true } given ? given.Value : values[1]
        ),
    };

    public static CelFunction? Find(string name, bool isMember, int operands) => All.GetValueOrDefault((name, isMember, operands));

    /// <summary><c>matches</c> with a pattern that is known.</summary>
    /// <exception cref="CelRefusal">It is computed, or not a pattern.</exception>
    public static Func<object?[], object?> Matches(CelNode pattern)
    {
        if (!pattern.IsConstant || pattern.Run(null!) is not string text)
        {
            throw new CelRefusal("matches() with a computed pattern");
        }

        var compiled = Re2Pattern.Compile(text);
        return values => values[0] is string given ? compiled.IsMatch(given) : new CelError("no such overload: matches");
    }

    /// <summary>Code points: the unit in which CEL counts text.</summary>
    public static long Length(string text) => text.Length - text.Count(char.IsLowSurrogate);

    private static CelFunction Text(string name, Func<string, string, bool> run) =>
        new(
            static types => types.TrueForAll(static type => type.Is(CelKind.String)) ? CelType.Bool : null,
            values =>
                values[0] is not string text ? new CelError($"no such overload: {name}")
                : values[1] is string part ? run(text, part)
                : CelError.NoSuchOverload
        );

    private static CelError NoConversion(string to, object? value) =>
        new(
            $"no such overload: {to}("
                + value switch
                {
                    null => "null_type",
                    bool => "bool",
                    CelList => "list",
                    _ => "map",
                }
                + ")"
        );
}
