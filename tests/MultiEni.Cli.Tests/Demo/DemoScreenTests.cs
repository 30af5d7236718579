using System.Text.RegularExpressions;
using MultiEni.Cli.Invocation;

namespace MultiEni.Cli.Tests.Demo;

/// <summary>The whole demo as a person sees it.</summary>
[Trait("speed", "slow")]
public sealed partial class DemoScreenTests
{
    private static readonly string Program = Path.Combine(RepositoryFile.Root, "artifacts", "bin", "MultiEni.Cli", "debug", "kubectl-eni");

    [Fact]
    public async Task The_story_scrolls_above_a_table_that_leaves_nothing_behind_whatever_the_terminals_size()
    {
        await using var terminal = await Terminal.OpenAsync(80, 24, $"{Program} demo --nodes 2 --speed 10", "-u NO_COLOR");

        foreach (
            var (columns, mark) in new[]
            {
                (120, "== Apply NodeENI dpdk-eni-example"),
                (200, "== Apply Pod dpdk-app"),
                (80, "== Delete the NodeENIs"),
            }
        )
        {
            await terminal.UntilAsync(mark);
            await terminal.ResizeAsync(columns, 30);
        }

        Assert.Equal(0, await terminal.ExitCodeAsync());
        var lines = await terminal.LinesAsync();
        Assert.DoesNotContain(lines, line => line.Length > 0 && !Told().IsMatch(line));
        Assert.DoesNotContain(lines, line => Progress().IsMatch(line) && line.Length >= 200);
    }

    [Theory]
    [InlineData("NO_COLOR=1", false)]
    [InlineData("-u NO_COLOR", true)]
    public async Task The_table_has_the_terminals_own_colours_or_none(string environment, bool coloured)
    {
        await using var terminal = await Terminal.OpenAsync(100, 30, $"{Program} demo --nodes 1 --speed 10 --keep", environment);

        await terminal.UntilAsync("The cluster keeps running until Ctrl-C");
        var seen = await terminal.LinesAsync(escapes: true);
        await terminal.KeyAsync("C-c");
        Assert.Equal(ExitCodes.Interrupted, await terminal.ExitCodeAsync());
        var end = await terminal.LinesAsync();

        Assert.Contains(seen, line => line.Contains("NODEENI"));
        var codes = seen.SelectMany(line => Colour().Matches(line)).Select(match => match.Groups["codes"].Value).Distinct().Order().ToList();
        Assert.Equal(coloured, codes.Contains("32"));
        Assert.Empty(codes.Except(coloured ? ["", "0", "1", "2", "32", "39", "49"] : []));
        Assert.DoesNotContain(end, line => line.Contains("NODEENI"));
        Assert.Contains(end, line => line.EndsWith("interrupted; all programs were stopped", StringComparison.Ordinal));
    }

    // A chapter, a line with its time, or text such as a file.
    [GeneratedRegex(@"^(== | *[0-9]+\.[0-9]s  |    )", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Told();

    [GeneratedRegex(@"^ *[0-9]+\.[0-9]s  .* · ", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Progress();

    [GeneratedRegex(@"\e\[(?<codes>[0-9;]*)m", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Colour();
}
