using System.Text;
using System.Text.RegularExpressions;

namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>
/// Regular expressions as the API server reads them (RE2): linear time, ASCII classes, <c>$</c> only at the very end. What RE2 lacks,
/// such as look-around, is refused here too.
/// </summary>
internal static class Re2Pattern
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>An expression that searches anywhere in a text.</summary>
    /// <exception cref="ArgumentException">The pattern is malformed, or uses what RE2 does not have.</exception>
    public static Regex Compile(string pattern)
    {
        try
        {
            return new Regex(Translate(pattern), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Patience);
        }
        catch (NotSupportedException e)
        {
            throw new ArgumentException(e.Message, nameof(pattern), e);
        }
    }

    private static string Translate(string pattern)
    {
        var text = new StringBuilder();
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                text.Append(Escape(pattern[++i], inClass));
            }
            else if (inClass && c == '[' && PosixClass(pattern, i) is { } posix)
            {
                text.Append(posix.Members);
                i += posix.Length - 1;
            }
            else if (inClass && c == '[')
            {
                // .NET would read a subtraction into it.
                text.Append(@"\[");
            }
            else if (!inClass && c == '[')
            {
                inClass = true;
                text.Append(c);
                if (i + 1 < pattern.Length && pattern[i + 1] == '^')
                {
                    text.Append(pattern[++i]);
                }

                if (i + 1 < pattern.Length && pattern[i + 1] == ']')
                {
                    i++;
                    text.Append(@"\]");
                }
            }
            else if (inClass && c == ']')
            {
                inClass = false;
                text.Append(c);
            }
            else if (!inClass && c == '$')
            {
                text.Append(@"\z");
            }
            else if (!inClass && string.CompareOrdinal(pattern, i, "(?P<", 0, 4) == 0)
            {
                text.Append("(?<");
                i += 3;
            }
            else
            {
                text.Append(c);
            }
        }

        return text.ToString();
    }

    private static string Escape(char c, bool inClass) =>
        (c, inClass) switch
        {
            ('d', true) => "0-9",
            ('d', false) => "[0-9]",
            ('D', false) => "[^0-9]",
            ('w', true) => "0-9A-Za-z_",
            ('w', false) => "[0-9A-Za-z_]",
            ('W', false) => "[^0-9A-Za-z_]",
            ('s', true) => @"\t\n\f\r ",
            ('s', false) => @"[\t\n\f\r ]",
            ('S', false) => @"[^\t\n\f\r ]",
            _ => "\\" + c,
        };

    private static (string Members, int Length)? PosixClass(string pattern, int at)
    {
        var end = pattern.IndexOf(":]", at, StringComparison.Ordinal);
        if (end < 0 || at + 1 >= pattern.Length || pattern[at + 1] != ':')
        {
            return null;
        }

        string? members = pattern[(at + 2)..end] switch
        {
            "alnum" => "0-9A-Za-z",
            "alpha" => "A-Za-z",
            "digit" => "0-9",
            "lower" => "a-z",
            "upper" => "A-Z",
            "space" => @"\t\n\v\f\r ",
            "xdigit" => "0-9A-Fa-f",
            "word" => "0-9A-Za-z_",
            "punct" => @"!-/:-@\[-`{-~",
            _ => null,
        };
        return members is null ? null : (members, end + 2 - at);
    }
}
