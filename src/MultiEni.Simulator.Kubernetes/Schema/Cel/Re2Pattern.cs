using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>
/// Regular expressions of the API server (RE2): those parts that mean the same there and here, or
/// can be said here too. Others, and wrong ones, are refused.
/// https://github.com/google/re2/wiki/Syntax
/// </summary>
internal static partial class Re2Pattern
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>An expression that searches anywhere in a text.</summary>
    /// <exception cref="NotSimulatedException">
    /// The pattern is malformed, or says what is not known here.
    /// </exception>
    public static Regex Compile(string pattern)
    {
        var text = new StringBuilder();
        for (var at = 0; at < pattern.Length; )
        {
            var part = Part().Match(pattern, at);
            if (!part.Success || (part.Groups["most"].Success && !IsFewEnough(part)))
            {
                throw Refuse(pattern);
            }

            text.Append(part.Value == "$" ? @"\z" : part.Value);
            at += part.Length;
        }

        try
        {
            return new Regex(text.ToString(), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Patience);
        }
        catch (Exception wrong) when (wrong is ArgumentException or NotSupportedException)
        {
            throw Refuse(pattern);
        }
    }

    private static NotSimulatedException Refuse(string pattern) => new($"the regular expression {GoText.Quote(pattern)}");

    private static bool IsFewEnough(Match part) =>
        part.Groups["most"]
            .Captures.All(static count => int.TryParse(count.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n <= 1000);

    // A literal, an escape, a set, the start of a group, or a repetition, of which one must not
    // follow another.
    [GeneratedRegex(
        """
            \G(?:
              (?<literal>[^\\\[\](){}*+?|^$.] | \\[.\\\-+*?()\[\]{}|^$/'"] | \\[tnrf] | \. )
            | (?<set>\[\^?(?:[^\\\[\]&~^] | \\[.\\\-+*?()\[\]{}|^$/'"] | \\[tnrf] )+\])
            | (?<repeat>(?<![*+?}(|^])(?:[*+?] | \{(?<most>[0-9]+)(?:,(?<most>[0-9]*[0-9])?)?\})\??)
            | (?<group>\((?:\?:)?) | \) | \| | \^ | \$
            )
            """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Part();
}
