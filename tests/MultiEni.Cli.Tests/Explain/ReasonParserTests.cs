using MultiEni.Cli.Explain;

namespace MultiEni.Cli.Tests.Explain;

public class ReasonParserTests
{
    [Fact]
    public void An_entry_has_meaning_causes_remedies_and_the_symptom_above_it()
    {
        var entry = Assert.Single(
            ReasonParser.Parse("<!-- a\nb -->\n# It hurts\n\n## Pain\nIssue: Ouch\nIt hurts\nmuch.\n\nCauses\n- a\n- b\n\nRemedy\n- c\n")
        );

        Assert.Equal(("Pain", "It hurts", "It hurts much.", "Ouch"), (entry.Reason, entry.Symptom, entry.Meaning, entry.Issue));
        Assert.Equal(["a", "b"], entry.Causes);
        Assert.Equal(["c"], entry.Remedies);
        Assert.True(entry.IsTrouble);
    }

    [Theory]
    [InlineData("## A\nx", "line 1: a reason before the first symptom")]
    [InlineData("# S\nx", "line 2: text outside of a reason")]
    [InlineData("# S\n## A\nx\n", "line 2: A needs Causes and Remedy")]
    [InlineData("# S\n## A\nx\nCauses\n- a\n", "line 2: A needs Causes and Remedy")]
    [InlineData("# Nothing is wrong\n## A\n", "line 2: A has no meaning")]
    [InlineData("# Nothing is wrong\n## A\nx\n## A\ny\n", "line 4: a second section for A")]
    [InlineData("# S\n## A\nx\n- a\n", "line 4: an item outside of Causes and Remedy")]
    [InlineData("# S\n## A\nx\nCauses\n- a\nloose\n", "line 6: text after Causes or Remedy")]
    public void A_slip_is_named_with_its_line(string text, string wrong) =>
        Assert.Contains(wrong, Assert.Throws<FormatException>(() => ReasonParser.Parse(text)).Message);
}
