using System.Globalization;

namespace MultiEni.Simulator.Ec2.Protocol;

/// <summary>
/// The form of one request. Lists are <c>Name.1</c>, <c>Name.2</c>…; structures put dots between
/// their parts.
/// </summary>
internal sealed class QueryParameters(IReadOnlyDictionary<string, string> values)
{
    public IReadOnlyDictionary<string, string> Values => values;

    public static QueryParameters Parse(ReadOnlySpan<char> body)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var range in body.Split('&'))
        {
            var pair = body[range];
            var equals = pair.IndexOf('=');
            if (equals > 0)
            {
                values[Decode(pair[..equals])] = Decode(pair[(equals + 1)..]);
            }
        }

        return new QueryParameters(values);
    }

    public bool Has(string name) => values.ContainsKey(name);

    /// <summary>Whether the list or structure has any part.</summary>
    public bool HasAny(string prefix) => values.Keys.Any(key => key.StartsWith(prefix, StringComparison.Ordinal));

    public string? Text(string name) => values.GetValueOrDefault(name);

    public string Required(string name) =>
        values.TryGetValue(name, out var value) && value.Length > 0 ? value : throw Ec2Error.MissingParameter(name);

    public int? Integer(string name)
    {
        if (!values.TryGetValue(name, out var text))
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Ec2Error.InvalidValue(text, name);
    }

    /// <summary>A number that must not be negative; zero when absent.</summary>
    public int Count(string name) =>
        Integer(name) switch
        {
            null => 0,
            < 0 and var negative => throw Ec2Error.InvalidValue($"{negative}", name),
            var count => count.Value,
        };

    public bool? Boolean(string name) =>
        Text(name) switch
        {
            null => null,
            "true" or "True" or "1" => true,
            "false" or "False" or "0" => false,
            var other => throw Ec2Error.InvalidValue(other, name),
        };

    public List<string> List(string name)
    {
        var list = new List<string>();
        while (values.TryGetValue($"{name}.{list.Count + 1}", out var value))
        {
            list.Add(value);
        }

        return list;
    }

    /// <summary>
    /// The prefixes <c>Name.1.</c>, <c>Name.2.</c>… for as long as <paramref name="member"/> is
    /// there.
    /// </summary>
    public IEnumerable<string> Structures(string name, string member)
    {
        for (var index = 1; Has($"{name}.{index}.{member}"); index++)
        {
            yield return $"{name}.{index}.";
        }
    }

    private static string Decode(ReadOnlySpan<char> text) =>
        text.IndexOfAny('%', '+') < 0 ? text.ToString() : Uri.UnescapeDataString(text.ToString().Replace('+', ' '));
}
