using System.Text;
using System.Text.RegularExpressions;

namespace MultiEni.Cli.Demo;

/// <summary>
/// Output whose last lines are a region that is redrawn in place, while everything else scrolls
/// above it. Spectre.Console's live display isInteractive the cursor up without erasing, so lines
/// printed above it end with remains of the region.
/// </summary>
/// <param name="output">The output.</param>
/// <param name="size">
/// Returns the terminal's current size; null if the output is not a terminal, which disables the
/// region.
/// </param>
internal sealed partial class LiveRegion(TextWriter output, Func<TerminalSize>? size)
{
    private readonly Lock _gate = new();
    private IReadOnlyList<string> _drawn = [];

    /// <summary>The terminal's current size; null if there is no terminal.</summary>
    public TerminalSize? Size => size?.Invoke();

    /// <summary>Prints lines that stay, above the region.</summary>
    public void Print(string text)
    {
        lock (_gate)
        {
            Replace(text + Environment.NewLine, _drawn);
        }
    }

    /// <summary>
    /// Redraws the region. Does nothing if it is unchanged or there is no terminal.
    /// </summary>
    /// <param name="lines">
    /// Its lines: each narrower than the terminal, and fewer than its rows.
    /// </param>
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

    // A single write, so that the screen never shows half of it.
    private void Replace(string above, IReadOnlyList<string> lines)
    {
        var text = new StringBuilder();
        if (_drawn.Count > 0)
        {
            // Terminals rewrap lines when resized, so rows are counted at the current
            // width, not at the width when drawn.
            var columns = size!().Columns;
            var rows = _drawn.Sum(line => Math.Max(1, (VisibleLength(line) + columns - 1) / columns));
            // Row by row, because tmux keeps lines in its history if one sequence
            // clears them from the top of the screen.
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
    /// <summary>The size of this process's terminal; 80 by 24 if unknown.</summary>
    public static TerminalSize OfConsole() =>
        Console.WindowWidth > 0 && Console.WindowHeight > 0 ? new(Console.WindowWidth, Console.WindowHeight) : new(80, 24);
}
