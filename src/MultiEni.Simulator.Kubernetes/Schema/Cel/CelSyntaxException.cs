namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>A rule that does not parse or does not fit the schema it stands in.</summary>
public sealed class CelSyntaxException : Exception
{
    /// <summary>Words the finding as the API server does: with line, column and a pointer to the place.</summary>
    public CelSyntaxException(string source, SourcePosition position, string finding)
        : base(Word(source, position, finding)) => Position = position;

    /// <summary>Where the finding is.</summary>
    public SourcePosition Position { get; }

    private static string Word(string source, SourcePosition position, string finding)
    {
        var offset = Math.Min(position.Offset, source.Length);
        var lineStart = offset == 0 ? 0 : source.LastIndexOf('\n', offset - 1) + 1;
        var lineEnd = source.IndexOf('\n', offset);
        var line = source[lineStart..(lineEnd < 0 ? source.Length : lineEnd)];
        var number = source.AsSpan(0, lineStart).Count('\n') + 1;
        var column = offset - lineStart;
        return $"ERROR: <input>:{number}:{column + 1}: {finding}\n | {line}\n | {new string('.', column)}^";
    }
}
