using System.Text;
using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Tables;

/// <summary>The part of JSONPath that printer columns use: <c>.a.b</c>, <c>[0]</c>, <c>[*]</c>, <c>['a.b']</c> and <c>[?(@.type=="Ready")]</c>.</summary>
internal sealed class JsonPath
{
    private readonly List<Func<JsonNode, IEnumerable<JsonNode?>>> _steps = [];

    private JsonPath() { }

    /// <summary>Compiles a path; braces around it and a leading <c>$</c> are optional.</summary>
    /// <exception cref="FormatException">The text is not of that part of JSONPath.</exception>
    public static JsonPath Parse(string text)
    {
        var path = new JsonPath();
        var rest = text.Trim().TrimStart('{').TrimEnd('}').AsSpan();
        if (rest.StartsWith("$"))
        {
            rest = rest[1..];
        }

        while (!rest.IsEmpty)
        {
            rest = rest[0] switch
            {
                '.' => path.AddField(rest[1..]),
                '[' => path.AddBracket(rest, text),
                _ => path.AddField(rest),
            };
        }

        return path;
    }

    /// <summary>The first value, or null.</summary>
    public JsonNode? First(JsonNode root)
    {
        IEnumerable<JsonNode?> nodes = [root];
        foreach (var step in _steps)
        {
            nodes = nodes.Where(static node => node is not null).SelectMany(node => step(node!));
        }

        return nodes.FirstOrDefault();
    }

    private ReadOnlySpan<char> AddField(ReadOnlySpan<char> rest)
    {
        var name = new StringBuilder();
        var index = 0;
        for (; index < rest.Length && rest[index] is not ('.' or '['); index++)
        {
            if (rest[index] == '\\' && index + 1 < rest.Length)
            {
                index++;
            }

            name.Append(rest[index]);
        }

        if (name.Length > 0)
        {
            Field(name.ToString());
        }

        return rest[index..];
    }

    private ReadOnlySpan<char> AddBracket(ReadOnlySpan<char> rest, string text)
    {
        var close = rest.IndexOf(rest.StartsWith("[?(") ? ")]" : "]");
        if (close < 0)
        {
            throw new FormatException($"unterminated bracket in {text}");
        }

        if (rest.StartsWith("[?("))
        {
            AddCondition(rest[3..close].ToString(), text);
            return rest[(close + 2)..];
        }

        var inner = rest[1..close].Trim().ToString();
        if (inner == "*")
        {
            _steps.Add(static node =>
                node switch
                {
                    JsonArray list => list,
                    JsonObject obj => obj.Select(static field => field.Value),
                    _ => [],
                }
            );
        }
        else if (inner.StartsWith('\'') || inner.StartsWith('"'))
        {
            Field(inner[1..^1]);
        }
        else if (int.TryParse(inner, out var index))
        {
            _steps.Add(node =>
                node is JsonArray list && (index < 0 ? list.Count + index : index) is var at && at >= 0 && at < list.Count ? [list[at]] : []
            );
        }
        else
        {
            throw new FormatException($"[{inner}] is not supported in {text}");
        }

        return rest[(close + 1)..];
    }

    private void AddCondition(string condition, string text)
    {
        var isEqual = condition.Contains("==", StringComparison.Ordinal);
        var sides = condition.Split(isEqual ? "==" : "!=", 2);
        if (sides.Length != 2 || !sides[0].Trim().StartsWith('@'))
        {
            throw new FormatException($"[?({condition})] is not supported in {text}");
        }

        var left = Parse(sides[0].Trim()[1..]);
        var right = sides[1].Trim().Trim('"', '\'');
        _steps.Add(node => (node as JsonArray ?? []).Where(entry => entry is not null && (left.First(entry)?.ToString() == right) == isEqual));
    }

    private void Field(string name) => _steps.Add(node => node is JsonObject obj && obj.TryGetPropertyValue(name, out var value) ? [value] : []);
}
