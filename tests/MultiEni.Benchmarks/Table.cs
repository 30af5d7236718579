namespace MultiEni.Benchmarks;

/// <summary>Prints rows under headings, all numbers to the right.</summary>
internal static class Table
{
    public static void Head(params string[] columns) => Row(columns);

    public static void Row(params object[] cells) =>
        Console.WriteLine(string.Join("", cells.Select(cell => (cell is double number ? number.ToString("0.00") : $"{cell}").PadLeft(16))));
}
