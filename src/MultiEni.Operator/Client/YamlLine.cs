namespace MultiEni.Operator.Client;

/// <summary>One line of a YAML text.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Indent">Spaces before the content, or where the content of a sequence item begins.</param>
/// <param name="Content">The line without indentation.</param>
/// <param name="Raw">The line as it is.</param>
internal sealed record YamlLine(int Number, int Indent, string Content, string Raw)
{
    /// <summary>Nothing, or a comment.</summary>
    public bool IsBlank => Content.Length == 0 || Content[0] == '#';

    /// <summary>An item of a sequence.</summary>
    public bool IsItem => Content == "-" || Content.StartsWith("- ", StringComparison.Ordinal);

    /// <summary>Spaces at the start of the line as it is.</summary>
    public int RawIndent => Raw.Length - Raw.TrimStart(' ').Length;

    /// <summary>The lines of the first document.</summary>
    public static List<YamlLine> Split(string text)
    {
        var lines = new List<YamlLine>();
        var number = 0;
        foreach (var full in text.ReplaceLineEndings("\n").Split('\n'))
        {
            number++;
            var raw = full.TrimEnd();
            var content = raw.TrimStart(' ');
            var line = new YamlLine(number, raw.Length - content.Length, content, raw);
            if (raw is "---" or "...")
            {
                if (lines.Exists(before => !before.IsBlank))
                {
                    throw line.Error("there is more than one document");
                }

                continue;
            }

            if (content.StartsWith('\t'))
            {
                throw line.Error("a tab is no indentation");
            }

            lines.Add(line);
        }

        return lines;
    }

    /// <summary>Where the key of a mapping entry ends: the place of its colon; not positive when the line is no entry.</summary>
    public int KeyEnd()
    {
        var start = 0;
        if (Content[0] is '"' or '\'')
        {
            start = Content.IndexOf(Content[0], 1) + 1;
            if (start == 0)
            {
                return -1;
            }
        }

        var colon = Content.IndexOf(": ", start, StringComparison.Ordinal);
        return colon < 0 && Content.EndsWith(':') ? Content.Length - 1 : colon;
    }

    /// <summary>An error at this line.</summary>
    public FormatException Error(string what) => new($"line {Number}: {what}");
}
