using System.Diagnostics;
using MultiEni.Cli.Demo;

namespace MultiEni.Cli.Tests.Demo;

/// <summary>What a terminal shows of a live region; a real terminal decides.</summary>
[Trait("speed", "slow")]
public sealed class LiveRegionTests : IDisposable
{
    private const string Long =
        "a line that is longer than the table's lines are, and that says so in as many words as it needs to be longer than 80";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("region-");

    private string Pipe => Path.Combine(_folder.FullName, "pipe");

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    [InlineData(200)]
    public async Task Lines_above_the_region_keep_nothing_of_it(int columns)
    {
        await using var terminal = await OpenAsync(columns);
        await using var writer = new StreamWriter(Pipe) { AutoFlush = true };
        var region = new LiveRegion(writer, () => new TerminalSize(columns, 12));

        region.Draw(Table(columns, "first"));
        region.Print("short");
        region.Draw(Table(columns, "second", "third"));
        region.Print(Long);
        region.Print("two\nlines");
        region.Draw(Table(columns, "fourth"));
        region.Print("end");

        Assert.Equal(["short", Long, "two", "lines", "end", .. Table(columns, "fourth")], await terminal.UntilAsync("end"));
    }

    [Fact]
    public async Task A_terminal_that_is_resized_keeps_nothing_of_it_either()
    {
        var size = new TerminalSize(120, 12);
        await using var terminal = await OpenAsync(size.Columns);
        await using var writer = new StreamWriter(Pipe) { AutoFlush = true };
        var region = new LiveRegion(writer, () => size);

        // On a screen that is not yet full, tmux moves lines into its history when it is made
        // narrower, where nothing can be erased any more.
        var printed = Enumerable.Range(0, 12).Select(line => $"before {line}").ToList();
        printed.ForEach(region.Print);

        foreach (var columns in new[] { 120, 60, 200, 80, 120 })
        {
            await terminal.ResizeAsync(columns, 12);
            size = new TerminalSize(columns, 12);
            printed.Add($"printed at {columns} as line {printed.Count}");
            region.Print(printed[^1]);
            region.Draw(Table(columns, $"table at {columns}", "its second row"));

            Assert.Equal([.. printed, .. Table(columns, $"table at {columns}", "its second row")], await terminal.UntilAsync($"table at {columns}"));
        }

        region.Draw([]);
        region.Print("end");

        Assert.Equal([.. printed, "end"], await terminal.UntilAsync("end"));
    }

    [Fact]
    public void Output_that_is_no_terminal_has_lines_only()
    {
        using var output = new StringWriter();
        var region = new LiveRegion(output, null);

        region.Draw(["table"]);
        region.Print("line");
        region.Draw([]);

        Assert.Equal($"line{Environment.NewLine}", output.ToString());
    }

    public void Dispose() => _folder.Delete(recursive: true);

    // As wide as a region may be.
    private static List<string> Table(int columns, params string[] rows) => [.. rows.Select(row => row.PadRight(columns - 2, '─') + "╮")];

    private async Task<Terminal> OpenAsync(int columns)
    {
        using var made = Process.Start("mkfifo", Pipe);
        await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        return await Terminal.OpenAsync(columns, 12, $"cat {Pipe}");
    }
}
