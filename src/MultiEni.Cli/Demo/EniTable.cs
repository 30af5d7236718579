using MultiEni.Api.EniAttachments;
using MultiEni.Cli.Output;
using MultiEni.Controller.Attachments;
using MultiEni.Controller.Summary;

namespace MultiEni.Cli.Demo;

/// <summary>
/// A table of all ENIs with columns as in kubectl, never wider or higher than the terminal.
/// </summary>
internal static class EniTable
{
    private const int Gap = 3;

    /// <summary>Terminal rows reserved for the lines above the table.</summary>
    private const int RowsAbove = 8;

    // In display order; columns with a higher rank are dropped first if the terminal is too
    // narrow.
    private static readonly (string Heading, int Rank, Func<EniAttachment, string> Cell)[] Columns =
    [
        ("NODE", 0, attachment => attachment.Spec!.NodeName.Split('.')[0]),
        ("NODEENI", 1, attachment => attachment.Spec!.NodeEniRef.Name),
        ("ENI", 6, attachment => attachment.Status?.Network?.EniId ?? ""),
        ("STATE", 2, attachment => AttachmentState.Of(attachment).ToLowerInvariant()),
        ("DEVICE", 4, attachment => attachment.Status?.Device?.PciAddress ?? ""),
        ("DRIVER", 5, attachment => attachment.Status?.Device?.Driver ?? ""),
        ("READY", 3, attachment => IsReady(attachment) ? "yes" : "no"),
    ];

    /// <summary>The lines of the table for a terminal of this size.</summary>
    public static IReadOnlyList<string> Lines(IReadOnlyList<EniAttachment> attachments, string caption, TerminalSize size, Paint paint)
    {
        var room = Math.Max(1, size.Rows - RowsAbove);
        var ordered = attachments.OrderBy(a => a.Spec!.NodeName, StringComparer.Ordinal).ThenBy(a => a.Spec!.DeviceIndex).ToList();
        var shown = ordered.Take(ordered.Count <= room ? room : room - 1).ToList();

        var columns = Columns
            .Select(column => (column.Heading, column.Rank, column.Cell, Width: Width(column, shown)))
            .OrderBy(column => column.Rank)
            .ToList();
        while (columns.Count > 1 && columns.Sum(column => column.Width + Gap) - Gap >= size.Columns)
        {
            columns.RemoveAt(columns.Count - 1);
        }

        columns = [.. columns.OrderBy(column => Array.FindIndex(Columns, candidate => candidate.Heading == column.Heading))];
        string Row(Func<(string Heading, Func<EniAttachment, string> Cell), string> text) =>
            string.Join(new string(' ', Gap), columns.Select(column => text((column.Heading, column.Cell)).PadRight(column.Width))).TrimEnd();

        var lines = new List<string> { "", paint.Strong(Fit(Row(column => column.Heading), size)) };
        lines.AddRange(
            shown.Select(attachment =>
            {
                var row = Fit(Row(column => column.Cell(attachment)), size);
                return IsReady(attachment) ? paint.Good(row) : row;
            })
        );
        if (shown.Count < ordered.Count)
        {
            lines.Add(Fit($"and {ordered.Count - shown.Count} more", size));
        }

        lines.Add(paint.Faint(Fit(caption, size)));
        return lines;
    }

    /// <summary>Truncates the text to one terminal line, with an ellipsis.</summary>
    public static string Fit(string text, TerminalSize size) => text.Length < size.Columns ? text : $"{text[..Math.Max(0, size.Columns - 2)]}…";

    private static int Width((string Heading, int Rank, Func<EniAttachment, string> Cell) column, IReadOnlyList<EniAttachment> attachments) =>
        attachments.Select(attachment => column.Cell(attachment).Length).Append(column.Heading.Length).Max();

    private static bool IsReady(EniAttachment attachment) => AttachmentReadiness.Is(attachment);
}
