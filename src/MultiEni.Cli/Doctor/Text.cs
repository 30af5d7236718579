namespace MultiEni.Cli.Doctor;

/// <summary>Words of findings.</summary>
internal static class Text
{
    private const int Named = 3;

    /// <summary>The first of many, and how many more.</summary>
    public static string Several(string kind, IReadOnlyList<string> names) =>
        names.Count == 1
            ? $"{kind} {names[0]}"
            : $"{names.Count} {kind}s: {string.Join(", ", names.Take(Named))}{(names.Count > Named ? $" and {names.Count - Named} more" : "")}";
}
