namespace MultiEni.Cli.Output;

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
