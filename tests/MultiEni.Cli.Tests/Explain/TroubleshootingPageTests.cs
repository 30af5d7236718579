using MultiEni.Cli.Explain;

namespace MultiEni.Cli.Tests.Explain;

public class TroubleshootingPageTests
{
    [Fact]
    public void The_page_in_docs_says_what_the_program_says() =>
        Assert.True(
            TroubleshootingPage.Write(ReasonGuide.Current) == RepositoryFile.Read("docs/troubleshooting.md"),
            "docs/troubleshooting.md is out of date: run eng/generate-docs.sh and commit what it changed."
        );

    [Fact]
    public void Every_link_leads_to_a_heading()
    {
        var page = TroubleshootingPage.Write(ReasonGuide.Current);
        var headings = page.Split('\n')
            .Where(line => line.StartsWith("### ", StringComparison.Ordinal))
            .Select(line => line[4..].ToLowerInvariant())
            .ToHashSet();
        var links = page.Split("](#").Skip(1).Select(rest => rest[..rest.IndexOf(')', StringComparison.Ordinal)]).ToList();

        Assert.NotEmpty(links);
        Assert.All(links, link => Assert.Contains(link, headings));
    }
}
