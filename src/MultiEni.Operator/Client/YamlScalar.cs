using System.Text.Json;
using System.Text.Json.Nodes;

namespace MultiEni.Operator.Client;

/// <summary>The text of a scalar.</summary>
internal static class YamlScalar
{
    /// <summary>Cuts a comment off: a hash after a space, outside of quotes.</summary>
    public static string WithoutComment(string text)
    {
        var from = 0;
        if (text.Length > 0 && text[0] is '"' or '\'')
        {
            from = Math.Max(0, text.LastIndexOf(text[0]));
        }

        var hash = text.IndexOf(" #", from, StringComparison.Ordinal);
        return (hash < 0 ? text : text[..hash]).TrimEnd();
    }

    /// <summary>The text between quotes; text without quotes as it is.</summary>
    public static string Unquote(YamlLine line, string text)
    {
        if (text.Length == 0 || text[0] is not ('"' or '\''))
        {
            return text;
        }

        if (text.Length < 2 || text[^1] != text[0])
        {
            throw line.Error("a quote is not closed on its line");
        }

        if (text[0] == '\'')
        {
            return text[1..^1].Replace("''", "'", StringComparison.Ordinal);
        }

        try
        {
            // The escapes that these files contain are those of JSON.
            return JsonNode.Parse(text)!.GetValue<string>();
        }
        catch (JsonException)
        {
            throw line.Error("an escape in the quotes is not understood");
        }
    }
}
