namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>
/// The functions that expressions may call.
/// https://github.com/google/cel-spec/blob/master/doc/langdef.md
/// </summary>
internal static class CelFunctions
{
    /// <summary>A call: of a member, or with its subject first.</summary>
    /// <exception cref="CelRefusal">
    /// There is no such function here, or it takes other operands.
    /// </exception>
    public static CelNode Call(string name, CelNode[] operands, bool isMember) =>
        (name, operands) switch
        {
            ("size", [var what]) when what.Type.Kind is CelKind.String or CelKind.List or CelKind.Map or CelKind.Dyn => CelNodes.Strict(
                CelType.Int,
                1,
                operands,
                static values =>
                    values[0] switch
                    {
                        string text => Length(text),
                        CelList list => (long)list.Items.Count,
                        CelMap map => (long)map.Count,
                        _ => CelError.NoSuchOverload,
                    }
            ),
            ("startsWith", [_, _]) when isMember => Text(operands, Size(operands[1]) / 10, static (text, part) => text.StartsWith(part, Ordinal)),
            ("endsWith", [_, _]) when isMember => Text(operands, Size(operands[1]) / 10, static (text, part) => text.EndsWith(part, Ordinal)),
            ("contains", [var text, var part]) when isMember => Text(
                operands,
                (1 + (Size(text) / 10)) * (1 + (Size(part) / 10)),
                static (text, part) => text.Contains(part, Ordinal)
            ),
            ("matches", [var text, { Constant: string expression } pattern]) when isMember => Matches(operands, text, pattern, expression),
            ("orValue", [{ Type: { Kind: CelKind.Optional, Item: { } item } }, var other]) when isMember => CelNodes.Strict(
                CelType.Join(item, other.Type) ?? throw CelNodes.Mismatch(name),
                1,
                operands,
                static values => values[0] is CelOptional { HasValue: true } given ? given.Value : values[1]
            ),
            ("quantity", [var text]) when !isMember => Parsed(CelType.Quantity, text, static given => ParseQuantity(given)),
            ("isQuantity", [var text]) when !isMember => Parsed(CelType.Bool, text, static given => ParseQuantity(given) is Types.Quantity),
            ("semver", [var text]) when !isMember => Parsed(CelType.Version, text, static given => CelVersion.Parse(given)),
            ("isSemver", [var text]) when !isMember => Parsed(CelType.Bool, text, static given => CelVersion.Parse(given) is CelVersion),
            ("compareTo", [var left, var right]) when isMember && AreOrdered(left, right) => Ordered(CelType.Int, operands, static order => order),
            ("isGreaterThan", [var left, var right]) when isMember && AreOrdered(left, right) => Ordered(
                CelType.Bool,
                operands,
                static order => order > 0
            ),
            ("isLessThan", [var left, var right]) when isMember && AreOrdered(left, right) => Ordered(
                CelType.Bool,
                operands,
                static order => order < 0
            ),
            ("major" or "minor" or "patch", [{ Type: var type }]) when isMember && type.Is(CelKind.Version) => CelNodes.Strict(
                CelType.Int,
                1,
                operands,
                values => values[0] is CelVersion version ? version.Part(name) : CelError.NoSuchOverload
            ),
            _ => throw new CelRefusal($"the function {name}, or its operands"),
        };

    /// <summary>Code points: the unit in which CEL counts text.</summary>
    public static long Length(string text) => text.Length - text.Count(char.IsLowSurrogate);

    private const StringComparison Ordinal = StringComparison.Ordinal;

    private static bool AreOrdered(CelNode left, CelNode right) =>
        (left.Type.Is(CelKind.Quantity) && right.Type.Is(CelKind.Quantity)) || (left.Type.Is(CelKind.Version) && right.Type.Is(CelKind.Version));

    private static CelNode Ordered(CelType type, CelNode[] operands, Func<long, object> then) =>
        CelNodes.Strict(
            type,
            1,
            operands,
            values => CelEquality.CompareMembers(values[0], values[1]) is var order && order is long number ? then(number) : order
        );

    private static CelNode Parsed(CelType type, CelNode text, Func<string, object> parse) =>
        text.Type.Is(CelKind.String)
            ? CelNodes.Strict(type, 1 + (Size(text) / 10), [text], values => values[0] is string given ? parse(given) : CelError.NoSuchOverload)
            : throw new CelRefusal("a function of a text with another operand");

    private static object ParseQuantity(string text)
    {
        try
        {
            return Types.Quantity.Parse(text);
        }
        catch (Types.DecodingException wrong)
        {
            return new CelError(wrong.Message);
        }
    }

    private static CelNode Matches(CelNode[] operands, CelNode text, CelNode pattern, string expression)
    {
        var compiled = Re2Pattern.Compile(expression);
        return Text(operands, (1 + (Size(text) / 10)) * (1 + (Size(pattern) / 4)), (given, _) => compiled.IsMatch(given));
    }

    private static CelNode Text(CelNode[] operands, double cost, Func<string, string, bool> run) =>
        Array.TrueForAll(operands, static operand => operand.Type.Is(CelKind.String))
            ? CelNodes.Strict(
                CelType.Bool,
                1 + cost,
                operands,
                values => values is [string text, string part] ? run(text, part) : CelError.NoSuchOverload
            )
            : throw new CelRefusal("a function of texts with other operands");

    // https://github.com/google/cel-go/blob/master/checker/cost.go, rounded up: what is looked for
    // times what it is looked for in, or one of the two.
    private static double Size(CelNode node) =>
        1
        + node.Type.Kind switch
        {
            CelKind.String or CelKind.Dyn => node.Type.Size,
            _ => 0,
        };
}
