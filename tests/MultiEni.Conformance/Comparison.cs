using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MultiEni.Conformance;

/// <summary>
/// Compares answers to recorded ones by the rules in <c>tests/conformance/README.md</c>.
/// </summary>
internal static class Comparison
{
    private static readonly HashSet<string> Unordered = new(StringComparer.Ordinal)
    {
        "causes",
        "resources",
        "resourceRules",
        "nonResourceRules",
        "shortNames",
        "groups",
        "categories",
        "verbs",
    };

    /// <summary>
    /// Adds where <paramref name="actual"/> is not as recorded, and binds placeholders.
    /// </summary>
    public static void Compare(
        JsonNode? recorded,
        JsonNode? actual,
        Placeholders bound,
        string at,
        bool isSubset,
        List<(string At, string? Expected, string? Actual)> differences
    )
    {
        switch (recorded, actual)
        {
            case (JsonObject expected, JsonObject given):
                CompareObjects(expected, given, bound, at, isSubset, differences);
                return;
            case (JsonArray expected, JsonArray given) when isSubset || Unordered.Contains(at[(at.LastIndexOf('.') + 1)..]):
                CompareSets(expected, given, bound, at, isSubset, differences);
                return;
            case (JsonArray expected, JsonArray given):
                for (var index = 0; index < Math.Max(expected.Count, given.Count); index++)
                {
                    if (index < expected.Count && index < given.Count)
                    {
                        Compare(expected[index], given[index], bound, $"{at}[{index}]", isSubset, differences);
                    }
                    else
                    {
                        differences.Add(
                            ($"{at}[{index}]", index < expected.Count ? Show(expected[index]) : null, index < given.Count ? Show(given[index]) : null)
                        );
                    }
                }

                return;
            default:
                if (!IsSame(recorded, actual, bound))
                {
                    differences.Add((at, Show(recorded), Show(actual)));
                }

                return;
        }
    }

    /// <summary>An answer without what is never compared.</summary>
    public static JsonNode? Comparable(JsonNode? answer, bool withManagedFields)
    {
        switch (answer)
        {
            case JsonObject obj:
                obj.Remove("selfLink");
                obj.Remove("remainingItemCount");
                if (!withManagedFields && obj["metadata"] is JsonObject metadata)
                {
                    metadata.Remove("managedFields");
                }

                foreach (var (_, value) in obj)
                {
                    Comparable(value, withManagedFields);
                }

                break;
            case JsonArray list:
                foreach (var entry in list)
                {
                    Comparable(entry, withManagedFields);
                }

                break;
        }

        return answer;
    }

    private static void CompareObjects(
        JsonObject expected,
        JsonObject given,
        Placeholders bound,
        string at,
        bool isSubset,
        List<(string At, string? Expected, string? Actual)> differences
    )
    {
        var left = given.Select(static field => field.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var (field, value) in expected)
        {
            var name = bound.Fill(field);
            if (left.Remove(name))
            {
                Compare(value, given[name], bound, $"{at}.{field}", isSubset, differences);
            }
            else
            {
                differences.Add(($"{at}.{field}", Show(value), null));
            }
        }

        if (!isSubset)
        {
            differences.AddRange(left.Select(name => ($"{at}.{name}", (string?)null, (string?)Show(given[name]))));
        }
    }

    private static void CompareSets(
        JsonArray expected,
        JsonArray given,
        Placeholders bound,
        string at,
        bool isSubset,
        List<(string At, string? Expected, string? Actual)> differences
    )
    {
        var rest = given.ToList();
        for (var index = 0; index < expected.Count; index++)
        {
            var found = rest.FindIndex(candidate =>
            {
                var trial = bound.Copy();
                var inside = new List<(string, string?, string?)>();
                Compare(expected[index], candidate, trial, at, isSubset, inside);
                if (inside.Count == 0)
                {
                    bound.Take(trial);
                }

                return inside.Count == 0;
            });
            if (found >= 0)
            {
                rest.RemoveAt(found);
            }
            else
            {
                differences.Add(($"{at}[{index}]", Show(expected[index]), string.Join(" or ", rest.Select(Show))));
            }
        }

        if (!isSubset)
        {
            differences.AddRange(rest.Select(extra => ($"{at}[]", (string?)null, (string?)Show(extra))));
        }
    }

    private static bool IsSame(JsonNode? recorded, JsonNode? actual, Placeholders bound)
    {
        if (Text(recorded) is { } text)
        {
            return text == Placeholders.Anything || (Text(actual) is { } given && bound.Matches(text, given));
        }

        if (recorded?.GetValueKind() != actual?.GetValueKind())
        {
            return false;
        }

        // An integer is not the same as the fraction of its value.
        var (expected, answered) = (Show(recorded), Show(actual));
        return expected == answered
            || (
                recorded?.GetValueKind() == JsonValueKind.Number
                && IsFraction(expected)
                && IsFraction(answered)
                && double.Parse(expected, CultureInfo.InvariantCulture) == double.Parse(answered, CultureInfo.InvariantCulture)
            );
    }

    private static bool IsFraction(string number) => number.AsSpan().IndexOfAny('.', 'e', 'E') >= 0;

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static string Show(JsonNode? node) => Text(node) ?? node?.ToJsonString() ?? "null";
}
