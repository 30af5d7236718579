using MultiEni.Cli.Top;

namespace MultiEni.Cli.Tests.Top;

public sealed class MetricsTextTests
{
    [Theory]
    [InlineData("a 1", "a", "", 1)]
    [InlineData("a{} 2", "a", "", 2)]
    [InlineData("a{x=\"1\",y=\"two\"} 3.5 1700000000000", "a", "x=1;y=two", 3.5)]
    [InlineData("a{x=\"\"} 1.8446744073709552E+19", "a", "x=", 18446744073709551615d)]
    [InlineData("a{x=\"q\\\"}\\\\n\\n\"} 4", "a", "x=q\"}\\n\n", 4)]
    public void A_line_is_a_sample(string line, string name, string labels, double value)
    {
        var sample = Assert.Single(MetricsText.Parse($"# TYPE a gauge\n{line}\nb 7\n", wanted => wanted == "a"));
        Assert.Equal(
            (name, labels, value),
            (sample.Name, string.Join(';', sample.Labels.Select(label => $"{label.Key}={label.Value}")), sample.Value)
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("a x")]
    [InlineData("a{x=\"1\" 3")]
    [InlineData("a{x=\"1")]
    [InlineData("a{x=1} 3")]
    [InlineData("a{x")]
    [InlineData("# a 1")]
    [InlineData("{x=\"1\"} 3")]
    public void A_line_that_cannot_be_read_is_left_out(string line) => Assert.Empty(MetricsText.Parse(line, _ => true));
}
