using MultiEni.Cli.Invocation;

namespace MultiEni.Cli.Output;

/// <summary>Colours, on a terminal only and not against the user's wish (<c>NO_COLOR</c>).</summary>
internal sealed class Paint(bool enabled)
{
    /// <summary>For the output of a command.</summary>
    public static Paint For(CliContext surroundings) =>
        new(
            surroundings.OutputIsTerminal
                && string.IsNullOrEmpty(surroundings.Environment("NO_COLOR"))
                && surroundings.Environment("TERM") is not (null or "dumb")
        );

    /// <summary>Something is as it should be.</summary>
    public string Good(string text) => Coloured("32", text);

    /// <summary>Something needs time.</summary>
    public string Passing(string text) => Coloured("33", text);

    /// <summary>Something needs help.</summary>
    public string Bad(string text) => Coloured("31", text);

    /// <summary>A heading.</summary>
    public string Strong(string text) => Coloured("1", text);

    /// <summary>Something less important.</summary>
    public string Faint(string text) => Coloured("2", text);

    private string Coloured(string code, string text) => enabled ? $"\e[{code}m{text}\e[0m" : text;
}

/// <summary>A line of a tree with what hangs on it.</summary>
/// <param name="Text">The line.</param>
/// <param name="Details">Lines below it that belong to it.</param>
/// <param name="Children">Items below it.</param>
internal sealed record TreeItem(string Text, IReadOnlyList<string> Details, IReadOnlyList<TreeItem> Children)
{
    /// <summary>Writes it and everything below it.</summary>
    public void Write(TextWriter output) => Write(output, "", "");

    private void Write(TextWriter output, string before, string below)
    {
        output.WriteLine(before + Text);
        foreach (var detail in Details)
        {
            output.WriteLine($"{below}{(Children.Count > 0 ? "│ " : "  ")} {detail}");
        }

        for (var index = 0; index < Children.Count; index++)
        {
            var last = index == Children.Count - 1;
            Children[index].Write(output, below + (last ? "└─ " : "├─ "), below + (last ? "   " : "│  "));
        }
    }
}
