using System.Text;
using System.Text.RegularExpressions;

namespace MultiEni.Cli.Demo;

/// <summary>
/// Output of which the last lines are a region that is redrawn in place, and everything else scrolls above it as it would without.
/// Spectre.Console's live display moves the cursor up but erases nothing, so that what is printed above it ends in the rest of the region's lines.
/// </summary>
/// <param name="output">Where it is written to.</param>
/// <param name="size">The terminal's present size, which may change at any moment; null for output that is no terminal, which gets no region.</param>
internal sealed partial class LiveRegion(TextWriter output, Func<TerminalSize>? size)
{
    private readonly Lock _gate = new();
    private IReadOnlyList<string> _drawn = [];

    /// <summary>The terminal's present size; null when there is none.</summary>
    public TerminalSize? Size => size?.Invoke();

    /// <summary>Prints lines that stay, above the region.</summary>
    public void Print(string text)
    {
        lock (_gate)
        {
            Replace(text + Environment.NewLine, _drawn);
        }
    }

    /// <summary>Redraws the region. Does nothing when it would look the same, or when there is no terminal.</summary>
    /// <param name="lines">Its lines, each narrower than the terminal, fewer than it has rows.</param>
    public void Draw(IReadOnlyList<string> lines)
    {
        lock (_gate)
        {
            if (size is not null && !lines.SequenceEqual(_drawn, StringComparer.Ordinal))
            {
                Replace("", lines);
            }
        }
    }

    // One write, so that no half of it is ever on the screen.
    private void Replace(string above, IReadOnlyList<string> lines)
    {
        var text = new StringBuilder();
        if (_drawn.Count > 0)
        {
            // Terminals rewrap what is on the screen when they are resized, so the rows are counted at the present width and not when they were drawn.
            var columns = size!().Columns;
            var rows = _drawn.Sum(line => Math.Max(1, (VisibleLength(line) + columns - 1) / columns));
            // Row by row, because tmux keeps in its history what one sequence clears from the top of the screen.
            text.Append('\r').Insert(1, "\e[A\e[2K", rows);
        }

        text.Append(above);
        foreach (var line in lines)
        {
            text.Append(line).Append(Environment.NewLine);
        }

        _drawn = lines;
        output.Write(text.ToString());
        output.Flush();
    }

    private static int VisibleLength(string line) => Colour().Replace(line, "").Length;

    [GeneratedRegex(@"\e\[[0-9;]*m", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Colour();
}

/// <summary>Size of a terminal in characters.</summary>
internal readonly record struct TerminalSize(int Columns, int Rows)
{
    /// <summary>The size of this process' terminal; 80 by 24 where it does not tell.</summary>
    public static TerminalSize OfConsole() =>
        Console.WindowWidth > 0 && Console.WindowHeight > 0 ? new(Console.WindowWidth, Console.WindowHeight) : new(80, 24);
}
