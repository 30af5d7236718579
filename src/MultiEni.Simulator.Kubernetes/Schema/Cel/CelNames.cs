namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>How property names that are no CEL identifiers are written in rules: <c>self.a__dash__b</c> is the property <c>a-b</c>.</summary>
internal static class CelNames
{
    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "true",
        "false",
        "null",
        "in",
        "as",
        "break",
        "const",
        "continue",
        "else",
        "for",
        "function",
        "if",
        "import",
        "let",
        "loop",
        "package",
        "namespace",
        "return",
        "var",
        "void",
        "while",
    };

    /// <summary>Whether no variable may be called so.</summary>
    public static bool IsReserved(string name) => Reserved.Contains(name);

    /// <summary>The property that a rule means.</summary>
    public static string Unescape(string name)
    {
        if (!name.Contains("__", StringComparison.Ordinal))
        {
            return name;
        }

        if (
            name.Length > 4
            && name.StartsWith("__", StringComparison.Ordinal)
            && name.EndsWith("__", StringComparison.Ordinal)
            && Reserved.Contains(name[2..^2])
        )
        {
            return name[2..^2];
        }

        return name.Replace("__underscores__", "\0", StringComparison.Ordinal)
            .Replace("__dot__", ".", StringComparison.Ordinal)
            .Replace("__dash__", "-", StringComparison.Ordinal)
            .Replace("__slash__", "/", StringComparison.Ordinal)
            .Replace("\0", "__", StringComparison.Ordinal);
    }
}
