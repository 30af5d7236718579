using MultiEni.Cli.Invocation;

namespace MultiEni.Cli.Output;

/// <summary>Colours, only on a terminal and unless <c>NO_COLOR</c> is set.</summary>
internal sealed class Paint(bool enabled)
{
    /// <summary>For the output of a command.</summary>
    public static Paint For(CliContext context) =>
        new(context.OutputIsTerminal && string.IsNullOrEmpty(context.Environment("NO_COLOR")) && context.Environment("TERM") is not (null or "dumb"));

    /// <summary>Success.</summary>
    public string Good(string text) => Coloured("32", text);

    /// <summary>In progress, or a warning.</summary>
    public string Passing(string text) => Coloured("33", text);

    /// <summary>An error.</summary>
    public string Bad(string text) => Coloured("31", text);

    /// <summary>A heading.</summary>
    public string Strong(string text) => Coloured("1", text);

    /// <summary>Something less important.</summary>
    public string Faint(string text) => Coloured("2", text);

    private string Coloured(string code, string text) => enabled ? $"\e[{code}m{text}\e[0m" : text;
}

/// <summary>A line in a tree with its details and children.</summary>
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
