using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Yaml;

/// <summary>Writes JSON as YAML in the style of kubectl: two blanks a level, lists not indented below their key.</summary>
internal static class YamlWriter
{
    public static string Write(JsonNode node)
    {
        var text = new StringBuilder();
        Block(text, node, 0);
        return text.ToString();
    }

    private static void Block(StringBuilder text, JsonNode? node, int level)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } map:
                var first = true;
                foreach (var (key, value) in map)
                {
                    Indent(text, first ? 0 : level).Append(OneLine(key)).Append(':');
                    first = false;
                    Value(text, value, value is JsonArray ? level : level + 1);
                }

                break;
            case JsonArray { Count: > 0 } list:
                for (var i = 0; i < list.Count; i++)
                {
                    Indent(text, i == 0 ? 0 : level).Append("- ");
                    Block(text, list[i], level + 1);
                }

                break;
            default:
                text.Append(Scalar(node, level)).Append('\n');
                break;
        }
    }

    private static void Value(StringBuilder text, JsonNode? value, int level)
    {
        if (value is JsonObject { Count: > 0 } or JsonArray { Count: > 0 })
        {
            text.Append('\n');
            Indent(text, level);
            Block(text, value, level);
        }
        else
        {
            text.Append(' ').Append(Scalar(value, level)).Append('\n');
        }
    }

    private static string Scalar(JsonNode? node, int level) =>
        node switch
        {
            null => "null",
            JsonObject => "{}",
            JsonArray => "[]",
            JsonValue value when value.GetValueKind() == JsonValueKind.String => Quote(value.GetValue<string>(), level),
            _ => node.ToJsonString(),
        };

    private static string Quote(string text, int level)
    {
        if (text.Contains('\n', StringComparison.Ordinal) && IsBlockable(text))
        {
            return Literal(text, level);
        }

        return OneLine(text);
    }

    private static string OneLine(string text) => IsPlain(text) ? text : DoubleQuote(text);

    /// <summary>Stricter than YAML asks for: readers differ in what they make of indicators in the middle of plain text.</summary>
    private static bool IsPlain(string text) =>
        !YamlScalars.IsAmbiguous(text)
        && (char.IsAsciiLetter(text[0]) || text[0] == '/')
        && text[^1] is not (' ' or ':')
        && !text.Contains(": ", StringComparison.Ordinal)
        && text.All(static c =>
            char.IsAsciiLetterOrDigit(c) || c is ' ' or '-' or '_' or '.' or '/' or ':' or '(' or ')' or '=' or '+' or ';' or ','
        );

    /// <summary>A block keeps its text only when no line starts or ends with a blank and nothing in it needs an escape.</summary>
    private static bool IsBlockable(string text) =>
        text[0] is not ('\n' or ' ')
        && text.All(static c => c is '\n' or (>= ' ' and < '\x7f'))
        && !text.Contains(" \n", StringComparison.Ordinal)
        && text[^1] != ' ';

    private static string Literal(string text, int level)
    {
        var lines = text.Split('\n');
        var trailing = 0;
        for (var i = lines.Length - 1; i >= 0 && lines[i].Length == 0; i--)
        {
            trailing++;
        }

        var block = new StringBuilder(
            trailing switch
            {
                0 => "|-",
                1 => "|",
                _ => "|+",
            }
        );
        for (var i = 0; i < lines.Length - (trailing == 0 ? 0 : 1); i++)
        {
            block.Append('\n');
            if (lines[i].Length > 0)
            {
                Indent(block, Math.Max(level, 1)).Append(lines[i]);
            }
        }

        return block.ToString();
    }

    private static string DoubleQuote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append(@"\\"),
                '\n' => quoted.Append(@"\n"),
                '\r' => quoted.Append(@"\r"),
                '\t' => quoted.Append(@"\t"),
                < ' ' or '\x7f' or (>= '\x80' and <= '\xa0') or '\u2028' or '\u2029' or '\ufeff' => quoted.Append(
                    CultureInfo.InvariantCulture,
                    $@"\u{(int)c:x4}"
                ),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }

    private static StringBuilder Indent(StringBuilder text, int level) => text.Append(' ', level * 2);
}
