using System.Text.RegularExpressions;

namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>Cuts an expression into words, numbers, texts and symbols.</summary>
internal static partial class CelLexer
{
    /// <summary>The tokens, and an empty symbol at the end.</summary>
    /// <exception cref="CelRefusal">Something else stands there.</exception>
    public static List<CelToken> Cut(string source)
    {
        var tokens = new List<CelToken>();
        for (var at = 0; ; )
        {
            var match = Token().Match(source, at);
            if (!match.Success)
            {
                throw new CelRefusal($"it is not understood from character {at + 1} on");
            }

            at += match.Length;
            var group = match.Groups.Cast<Group>().Skip(1).First(static candidate => candidate.Success);
            tokens.Add(new CelToken(Enum.Parse<CelTokenKind>(group.Name), group.Name == "Text" ? Unescape(group.Value[1..^1]) : group.Value));
            if (group.Name == "Symbol" && group.Length == 0)
            {
                return tokens;
            }
        }
    }

    private static string Unescape(string text) =>
        Escape()
            .Replace(
                text,
                static match =>
                    match.Value[1] switch
                    {
                        'n' => "\n",
                        't' => "\t",
                        'u' when match.Length == 6 => $"{(char)Convert.ToInt32(match.Value[2..], 16)}",
                        '\\' or '"' or '\'' => match.Value[1..],
                        _ => throw new CelRefusal($"the escape {match.Value}"),
                    }
            );

    [GeneratedRegex(@"\\(?:u[0-9a-fA-F]{4}|.)", RegexOptions.None, 1000)]
    private static partial Regex Escape();

    // Prefixed and triple-quoted texts, unsigned and hexadecimal numbers fall into two tokens,
    // which the grammar does not allow side by side.
    [GeneratedRegex(
        """
            \G(?:[\t\r\n\f\x20]|//[^\n]*)*(?:
              (?<Word>[A-Za-z_][A-Za-z0-9_]*)
            | (?<Number>[0-9]+(?![0-9.eExXuU]))
            | (?<Text>"(?:[^"\\\r\n]|\\[^\r\n])*"|'(?:[^'\\\r\n]|\\[^\r\n])*')
            | (?<Symbol>\|\||&&|==|!=|<=|>=|\.\?|[<>+\-!?:.,()\[\]{}]|\z)
            )
            """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Token();
}
