using System.Text.RegularExpressions;

namespace MultiEni.Cli.Tests;

/// <summary>
/// What a comment, a message or a manifest cites is a page of this repository, and a heading that
/// stands on it.
/// </summary>
public sealed partial class CitationTests
{
    private static readonly IReadOnlyList<(string File, string Text)> Sources =
    [
        .. ((string[])["src", "tests", "charts", "deploy", "eng"])
            .SelectMany(folder =>
                Directory.EnumerateFiles(Path.Combine(RepositoryFile.Root, folder), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            )
            .Select(path => (Path.GetRelativePath(RepositoryFile.Root, path), File.ReadAllText(path))),
    ];

    [Fact]
    public void Every_page_and_heading_that_is_cited_exists()
    {
        var citations = Sources
            .SelectMany(source => Citation().Matches(source.Text).Select(match => (source.File, Page: match.Groups["page"].Value, Match: match)))
            .ToList();
        var headings = citations
            .Select(citation => citation.Page)
            .Distinct(StringComparer.Ordinal)
            .Where(page => File.Exists(Path.Combine(RepositoryFile.Root, page)))
            .ToDictionary(page => page, page => AnchorsOf(RepositoryFile.Read(page)), StringComparer.Ordinal);
        var dangling = citations
            .Where(citation =>
                !headings.TryGetValue(citation.Page, out var anchors)
                || (citation.Match.Groups["anchor"] is { Success: true } anchor && !anchors.Contains(anchor.Value))
            )
            .Select(citation => $"{citation.File}: {citation.Match.Value}")
            .ToList();

        Assert.NotEmpty(citations);
        Assert.True(dangling.Count == 0, $"No such page or heading:\n{string.Join('\n', dangling)}");
    }

    [Fact]
    public void Nothing_is_cited_by_the_name_of_a_document_that_is_not_here()
    {
        var old = Sources.SelectMany(source => NumberedCitation().Matches(source.Text).Select(match => $"{source.File}: {match.Value}")).ToList();

        Assert.True(old.Count == 0, $"Cite a section of docs/reference instead, as docs/reference/ec2.md#errors:\n{string.Join('\n', old)}");
    }

    [Theory]
    [InlineData("# Request tokens\n", "request-tokens")]
    [InlineData("## AWS SDK for .NET\n", "aws-sdk-for-net")]
    [InlineData("### What `eni-manager setup` does\n", "what-eni-manager-setup-does")]
    [InlineData("```\n# no heading\n```\n", null)]
    public void Anchors_are_those_that_GitHub_makes(string page, string? anchor) => Assert.Equal(anchor is null ? [] : [anchor], AnchorsOf(page));

    private static HashSet<string> AnchorsOf(string page) =>
        Heading()
            .Matches(Fence().Replace(page, ""))
            .Select(match => Unspoken().Replace(match.Groups["title"].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'))
            .ToHashSet(StringComparer.Ordinal);

    [GeneratedRegex(@"\b(?<page>docs/[\w/-]+\.md)(#(?<anchor>[\w-]+))?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Citation();

    // Comments used to number the sections of working papers.
    [GeneratedRegex(@"\[(ec2|sriov|peer|dotnet)(\s|//)+[A-Z0-9][^\[\]]*\]", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex NumberedCitation();

    [GeneratedRegex(@"^ *```.*?^ *```", RegexOptions.Multiline | RegexOptions.Singleline, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^#+ (?<title>.*)$", RegexOptions.Multiline, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Unspoken();
}
