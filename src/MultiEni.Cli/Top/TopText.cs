using System.Globalization;
using MultiEni.Cli.Output;

namespace MultiEni.Cli.Top;

/// <summary>Prints the report as a table.</summary>
internal sealed class TopText(TextWriter output, Paint paint)
{
    private const string Nothing = "-";
    private const int Gap = 2;

    private static readonly string[] Heads = ["NODE", "ENI", "NODEENI", "POD", "RX", "TX", "RX PKT/s", "TX PKT/s", "DROP/s", "EXCEEDED/s"];
    private static readonly string[] Units = ["b/s", "kb/s", "Mb/s", "Gb/s", "Tb/s"];

    /// <summary>Writes it.</summary>
    public void Write(TopReport report)
    {
        if (report.Enis.Count > 0)
        {
            WriteTable([Heads, .. report.Enis.Select(Cells)]);
        }
        else if (report.Unreachable.Count == 0)
        {
            output.WriteLine("No ENIs found.");
        }

        var uncounted = report.Enis.Count(eni => eni.Source == "none");
        if (uncounted > 0)
        {
            output.WriteLine(
                paint.Faint(
                    $"{uncounted} of {report.Enis.Count} ENIs are not counted: a pod has the interface, or a user-space driver has the device and its program tells nothing."
                )
            );
        }

        foreach (var manager in report.Unreachable)
        {
            output.WriteLine($"{paint.Bad("✗")} {manager.Node}: its ENI manager does not answer: {manager.Message}");
        }

        if (report.Unreachable.Count > 0)
        {
            output.WriteLine(
                "→ The ENI managers serve metrics to the API server only with the chart's value metrics.enabled=true; by default they listen on the node's loopback "
                    + "address. Security groups must allow the control plane to reach the nodes at that port, 8081 by default."
            );
        }
    }

    private void WriteTable(IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var widths = Enumerable.Range(0, Heads.Length).Select(column => rows.Max(row => row[column].Length)).ToList();
        for (var row = 0; row < rows.Count; row++)
        {
            var cells = rows[row].Select((cell, column) => IsNumber(column) ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
            var line = string.Join(new string(' ', Gap), cells).TrimEnd();
            output.WriteLine(row == 0 ? paint.Strong(line) : line);
        }
    }

    private static bool IsNumber(int column) => column >= 4;

    private static string[] Cells(TopEni eni) =>
        [
            eni.Node,
            eni.Eni,
            eni.NodeEni,
            eni.Pod ?? Nothing,
            Bits(eni.ReceiveBitsPerSecond),
            Bits(eni.TransmitBitsPerSecond),
            Number(eni.ReceivePacketsPerSecond),
            Number(eni.TransmitPacketsPerSecond),
            Number(eni.DropsPerSecond),
            Number(eni.ExceededPerSecond),
        ];

    private static string Bits(double? rate)
    {
        if (rate is not { } bits)
        {
            return Nothing;
        }

        var unit = 0;
        while (bits >= 1000 && unit < Units.Length - 1)
        {
            bits /= 1000;
            unit++;
        }

        return $"{bits.ToString(unit == 0 ? "0" : "0.0", CultureInfo.InvariantCulture)} {Units[unit]}";
    }

    // A packet now and then must not read as none.
    private static string Number(double? rate) =>
        rate is not { } number ? Nothing : number.ToString(number is > 0 and < 10 ? "0.0" : "0", CultureInfo.InvariantCulture);
}
