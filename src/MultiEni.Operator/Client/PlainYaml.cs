using System.Text.Json;
using System.Text.Json.Nodes;

namespace MultiEni.Operator.Client;

/// <summary>
/// Reads the plain block style of YAML in which kubectl and its relatives write kubeconfig files: mappings, sequences, plain and
/// quoted scalars, block scalars, and flow collections that are JSON. Scalars come out as text. Anchors, tags and documents beyond
/// the first are refused.
/// </summary>
internal sealed class PlainYaml
{
    private readonly List<YamlLine> lines;
    private int position;

    private PlainYaml(List<YamlLine> lines) => this.lines = lines;

    /// <summary>The document.</summary>
    /// <exception cref="FormatException">The text is something else; the message names the line.</exception>
    public static JsonNode? Parse(string text)
    {
        var parser = new PlainYaml(YamlLine.Split(text));
        parser.SkipBlank();
        if (parser.position == parser.lines.Count)
        {
            return null;
        }

        var node = parser.Block(parser.Current.Indent);
        parser.SkipBlank();
        return parser.position == parser.lines.Count ? node : throw parser.Current.Error("the indentation fits nothing above");
    }

    private YamlLine Current => lines[position];

    private void SkipBlank()
    {
        while (position < lines.Count && lines[position].IsBlank)
        {
            position++;
        }
    }

    private JsonNode? Block(int indent) => Current.IsItem ? Sequence(indent) : Mapping(indent);

    private JsonArray Sequence(int indent)
    {
        var items = new JsonArray();
        for (SkipBlank(); position < lines.Count && Current.Indent == indent && Current.IsItem; SkipBlank())
        {
            var line = Current;
            var rest = line.Content[1..].TrimStart();
            if (rest.Length == 0)
            {
                position++;
                items.Add(Nested(indent, sequenceMayAlign: false));
                continue;
            }

            // "- name: x" opens a mapping whose indentation is where its first key stands.
            var inner = line with
            {
                Indent = indent + line.Content.Length - rest.Length,
                Content = rest,
            };
            if (inner.IsItem || inner.KeyEnd() > 0)
            {
                lines[position] = inner;
                items.Add(Block(inner.Indent));
            }
            else
            {
                position++;
                items.Add(Scalar(inner, rest, indent));
            }
        }

        return items;
    }

    private JsonObject Mapping(int indent)
    {
        var entries = new JsonObject();
        for (SkipBlank(); position < lines.Count && Current.Indent == indent && !Current.IsItem; SkipBlank())
        {
            var line = Current;
            var end = line.KeyEnd();
            if (end <= 0)
            {
                throw line.Error("'key: value' is expected");
            }

            var key = YamlScalar.Unquote(line, line.Content[..end].TrimEnd());
            var rest = line.Content[(end + 1)..].Trim();
            position++;
            if (!entries.TryAdd(key, rest.Length == 0 ? Nested(indent, sequenceMayAlign: true) : Scalar(line, rest, indent)))
            {
                throw line.Error($"the key '{key}' is there twice");
            }
        }

        return entries;
    }

    private JsonNode? Nested(int indent, bool sequenceMayAlign)
    {
        SkipBlank();
        if (position == lines.Count)
        {
            return null;
        }

        // Below a key, a sequence may stand at the key's own indentation.
        var isNested = Current.Indent > indent || (sequenceMayAlign && Current.Indent == indent && Current.IsItem);
        return isNested ? Block(Current.Indent) : null;
    }

    private JsonNode? Scalar(YamlLine line, string text, int indent)
    {
        switch (text[0])
        {
            case '|' or '>':
                return BlockScalar(text, indent);
            case '{' or '[':
                try
                {
                    return JsonNode.Parse(text);
                }
                catch (JsonException e)
                {
                    throw line.Error($"only JSON is understood in braces and brackets ({e.Message})");
                }

            case '&'
            or '*'
            or '!'
            or '%'
            or '@'
            or '`':
                throw line.Error($"'{text[0]}' at the start of a value is not supported");
            case '"' or '\'':
                return YamlScalar.Unquote(line, YamlScalar.WithoutComment(text));
            default:
                return Plain(YamlScalar.WithoutComment(text), indent);
        }
    }

    private JsonValue? Plain(string text, int indent)
    {
        // Long texts are folded onto deeper lines.
        while (position < lines.Count && !Current.IsBlank && Current.Indent > indent)
        {
            text += " " + YamlScalar.WithoutComment(Current.Content);
            position++;
        }

        return text is "null" or "~" or "" ? null : JsonValue.Create(text);
    }

    private JsonValue BlockScalar(string header, int indent)
    {
        var collected = new List<string>();
        var inner = -1;
        for (; position < lines.Count && (Current.Raw.Trim().Length == 0 || Current.RawIndent > indent); position++)
        {
            inner = inner < 0 && Current.Raw.Trim().Length > 0 ? Current.RawIndent : inner;
            collected.Add(Current.Raw.Length >= inner && inner >= 0 ? Current.Raw[inner..] : "");
        }

        var text = string.Join(header[0] == '|' ? '\n' : ' ', collected).TrimEnd();
        return JsonValue.Create(header.Contains('-', StringComparison.Ordinal) ? text : text + "\n");
    }
}
