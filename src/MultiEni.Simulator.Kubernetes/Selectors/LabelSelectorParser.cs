using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Schema;
using MultiEni.Simulator.Kubernetes.Validation;

namespace MultiEni.Simulator.Kubernetes.Selectors;

/// <summary>Reads label selectors such as <c>a=b,c!=d,e in (f,g),h,!i,j&gt;1</c>, and says what is wrong with them as the API server does.</summary>
/// <remarks>https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors</remarks>
internal sealed class LabelSelectorParser
{
    private const string Symbols = "=!(),<>";

    private readonly List<string> _tokens = [];
    private int _next;

    private LabelSelectorParser(string text)
    {
        for (var index = 0; index < text.Length; )
        {
            var start = index;
            if (char.IsWhiteSpace(text[index]))
            {
                index++;
                continue;
            }

            if (Symbols.Contains(text[index], StringComparison.Ordinal))
            {
                index += index + 1 < text.Length && text[index] is '=' or '!' && text[index + 1] == '=' ? 2 : 1;
            }
            else
            {
                for (; index < text.Length && !char.IsWhiteSpace(text[index]) && !Symbols.Contains(text[index], StringComparison.Ordinal); index++)
                { }
            }

            _tokens.Add(text[start..index]);
        }
    }

    /// <summary>The parts of a selector.</summary>
    /// <exception cref="StatusException">400: the text is not a selector.</exception>
    public static List<LabelRequirement> Parse(string text) => new LabelSelectorParser(text).ParseAll();

    private List<LabelRequirement> ParseAll()
    {
        var requirements = new List<LabelRequirement>();
        while (Peek().Length > 0)
        {
            if (!IsIdentifier(Peek()) && Peek() != "!")
            {
                throw Refuse($"found '{Peek()}', expected: !, identifier, or 'end of string'");
            }

            requirements.Add(ParseRequirement());
            switch (Take())
            {
                case "":
                    return requirements;
                case "," when IsIdentifier(Peek()) || Peek() == "!":
                    break;
                case ",":
                    throw Refuse($"found '{Peek()}', expected: identifier after ','");
                case var other:
                    throw Refuse($"found '{other}', expected: ',' or 'end of string'");
            }
        }

        return requirements;
    }

    private LabelRequirement ParseRequirement()
    {
        var isAbsent = Peek() == "!";
        if (isAbsent)
        {
            Take();
        }

        var key = Take();
        if (!IsIdentifier(key))
        {
            throw RefuseRequirement($"found '{key}', expected: identifier");
        }

        Check("key", key, Names.QualifiedName(key));
        if (isAbsent || Peek() is "" or ",")
        {
            return new LabelRequirement(key, isAbsent ? "!" : "exists", []);
        }

        var sign = Take();
        switch (sign)
        {
            case "in" or "notin":
                return new LabelRequirement(key, sign, Checked(key, ParseValues()));
            case "=" or "==":
                return new LabelRequirement(key, "in", Checked(key, [ParseValue()]));
            case "!=":
                return new LabelRequirement(key, "notin", Checked(key, [ParseValue()]));
            case ">" or "<":
                var bound = ParseValue();
                return long.TryParse(bound, out _)
                    ? new LabelRequirement(key, sign, Checked(key, [bound]))
                    : throw RefuseRequirement(
                        $"values[0]: Invalid value: {GoText.Quote(bound)}: for 'Gt', 'Lt' operators, the value must be an integer"
                    );
            default:
                throw RefuseRequirement($"found '{sign}', expected: in, notin, =, ==, !=, gt, lt");
        }
    }

    private SortedSet<string> ParseValues()
    {
        var values = new SortedSet<string>(StringComparer.Ordinal);
        if (Take() is var open && open != "(")
        {
            throw RefuseRequirement($"found '{open}' expected: '('");
        }

        while (true)
        {
            values.Add(IsIdentifier(Peek()) ? Take() : "");
            switch (Take())
            {
                case ")":
                    return values;
                case ",":
                    break;
                case var other:
                    throw RefuseRequirement($"found '{other}', expected: ',' or ')'");
            }
        }
    }

    private string ParseValue() =>
        Peek() is "" or "," ? ""
        : Take() is var value && IsIdentifier(value) ? value
        : throw RefuseRequirement($"found '{value}', expected: identifier");

    private static SortedSet<string> Checked(string key, IEnumerable<string> values)
    {
        var sorted = new SortedSet<string>(values, StringComparer.Ordinal);
        var index = 0;
        foreach (var value in sorted)
        {
            Check($"values[{index++}][{key}]", value, Names.LabelValue(value));
        }

        return sorted;
    }

    private static void Check(string path, string value, IEnumerable<string> wrong)
    {
        var errors = wrong.Select(why => $"{path}: Invalid value: {GoText.Quote(value)}: {why}").ToList();
        if (errors.Count > 0)
        {
            throw RefuseRequirement(errors.Count == 1 ? errors[0] : $"[{string.Join(", ", errors)}]");
        }
    }

    private static bool IsIdentifier(string token) => token.Length > 0 && !Symbols.Contains(token[0], StringComparison.Ordinal);

    private string Peek() => _next < _tokens.Count ? _tokens[_next] : "";

    private string Take() => _next < _tokens.Count ? _tokens[_next++] : "";

    private static StatusException RefuseRequirement(string why) => Refuse("unable to parse requirement: " + why);

    private static StatusException Refuse(string why) => StatusErrors.BadRequest(why);
}
