using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MultiEni.Conformance;

/// <summary>The values that placeholders of one case have taken so far.</summary>
internal sealed partial class Placeholders
{
    public const string Anything = "${any}";

    private static readonly Dictionary<string, string> Patterns = new(StringComparer.Ordinal)
    {
        ["uid"] = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        ["rv"] = "[0-9]+",
        ["name"] = "[a-zA-Z0-9._-]+",
        ["continue"] = @"\S+",
        ["token"] = "[A-Za-z0-9._-]+",
        ["ip"] = "[0-9a-fA-F.:]+",
        ["time"] = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z",
        ["microtime"] = @"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z",
        ["age"] = "(<unknown>|<invalid>|([0-9]+[smhdy])+)",
        ["any"] = ".*",
    };

    private readonly Dictionary<string, string> _bound = new(StringComparer.Ordinal);

    public Placeholders Copy()
    {
        var copy = new Placeholders();
        copy.Take(this);
        return copy;
    }

    public void Take(Placeholders other)
    {
        foreach (var (name, value) in other._bound)
        {
            _bound[name] = value;
        }
    }

    /// <summary>The text with bound placeholders replaced.</summary>
    public string Fill(string text) => Placeholder().Replace(text, match => _bound.GetValueOrDefault(match.Value, match.Value));

    public JsonNode? Fill(JsonNode? node) =>
        node switch
        {
            JsonObject obj => new JsonObject(obj.Select(field => KeyValuePair.Create(Fill(field.Key), Fill(field.Value)))),
            JsonArray list => new JsonArray([.. list.Select(Fill)]),
            JsonValue value when value.TryGetValue<string>(out var text) => JsonValue.Create(Fill(text)),
            _ => node?.DeepClone(),
        };

    /// <summary>
    /// Whether a text is as recorded; binds the placeholders met for the first time.
    /// </summary>
    public bool Matches(string recorded, string actual)
    {
        if (!recorded.Contains("${", StringComparison.Ordinal))
        {
            return recorded == actual || IsSameErrors(recorded, actual);
        }

        var pattern = new StringBuilder("^");
        var groups = new List<string>();
        var last = 0;
        foreach (Match match in Placeholder().Matches(recorded))
        {
            pattern.Append(Regex.Escape(recorded[last..match.Index]));
            last = match.Index + match.Length;
            var group = groups.IndexOf(match.Value);
            if (_bound.TryGetValue(match.Value, out var value))
            {
                pattern.Append(Regex.Escape(value));
            }
            else if (group >= 0)
            {
                pattern.Append($@"\k<g{group}>");
            }
            else if (match.Groups["number"].Success)
            {
                pattern.Append($"(?<g{groups.Count}>{Patterns[match.Groups["kind"].Value]})");
                groups.Add(match.Value);
            }
            else
            {
                pattern.Append($"(?:{Patterns[match.Groups["kind"].Value]})");
            }
        }

        pattern.Append(Regex.Escape(recorded[last..])).Append(@"\z");
        var found = Regex.Match(actual, pattern.ToString(), RegexOptions.Singleline, TimeSpan.FromSeconds(5));
        for (var index = 0; found.Success && index < groups.Count; index++)
        {
            _bound[groups[index]] = found.Groups[$"g{index}"].Value;
        }

        return found.Success;
    }

    // The order of several errors is that of a map on the real server.
    private static bool IsSameErrors(string recorded, string actual) =>
        recorded.Contains(" is invalid: [", StringComparison.Ordinal)
        && ErrorSeparator().Split(recorded).Order(StringComparer.Ordinal).SequenceEqual(ErrorSeparator().Split(actual).Order(StringComparer.Ordinal));

    [GeneratedRegex(@"\$\{(?<kind>uid|rv|name|continue|token|ip|time|microtime|age|any)(:(?<number>[0-9]+))?\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Placeholder();

    [GeneratedRegex(@", |: \[|\]$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ErrorSeparator();
}
