using System.Text;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>The <c>fieldPath</c> of a rule: <c>.a.b</c> and <c>.tags['some key']</c>, below the value that the rule stands at.</summary>
internal static class RuleFieldPath
{
    /// <summary>The path as errors write it, or null when it leads nowhere.</summary>
    public static string? Normalize(string path, SchemaNode node)
    {
        var text = new StringBuilder();
        var rest = path.AsSpan();
        while (rest.Length > 0)
        {
            string name;
            if (rest[0] == '.')
            {
                var end = rest[1..].IndexOfAny('.', '[');
                name = (end < 0 ? rest[1..] : rest.Slice(1, end)).ToString();
                rest = rest[(1 + name.Length)..];
            }
            else if (rest.StartsWith("['"))
            {
                var end = rest.IndexOf("']");
                if (end < 0)
                {
                    return null;
                }

                name = rest[2..end].ToString();
                rest = rest[(end + 2)..];
            }
            else
            {
                return null;
            }

            if (node.Child(name) is not { } child)
            {
                return null;
            }

            text.Append(node.Properties.ContainsKey(name) ? (text.Length == 0 ? name : $".{name}") : $"[{name}]");
            node = child;
        }

        return text.Length == 0 ? null : text.ToString();
    }
}
